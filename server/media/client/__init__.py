"""A WebRTC client for tests and the demo: real ICE, DTLS and SRTP, exactly timed media."""
