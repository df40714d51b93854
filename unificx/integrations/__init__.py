"""Third-party services and helper processes: SMTP, web push, object stores, TURN, speech recognition, audio import."""
