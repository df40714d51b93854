"""The rtpengine media proxy: ng protocol, client, supervision, DTMF log and sound files."""
