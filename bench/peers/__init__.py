"""Comparison with Debian's Kamailio and rtpengine: the same work in turn on both systems, judged by ratios."""
