/* SRTP and SRTCP (RFC 3711, RFC 7714) over OpenSSL's EVP.

   A *direction* has the session keys derived from one master key; both kinds of packets of all
   SSRCs use it. Indices are guessed as RFC 3711 section 3.3.1 says and committed only once a
   packet proved authentic. The sender keeps the same window as the receiver: an index that went
   out already is refused, since under GCM a second plaintext under one index gives the key for
   authentication away. Only a *repeat*, bit for bit the packet of before, may use one again. */
#ifndef REPRISE_SRTP_H
#define REPRISE_SRTP_H

#include "base.h"

/* Numbers of the IANA registry "DTLS-SRTP Protection Profiles". */
enum srtp_profile {
    SRTP_AES_CM_SHA1_80 = 1,
    SRTP_AEAD_AES_128_GCM = 7,
    SRTP_AEAD_AES_256_GCM = 8,
};

#define SRTP_MAX_TRAILER 24
#define SRTP_MAX_KEY 32
#define SRTP_MAX_SALT 14
#define SRTP_AUTHENTICATION_KEY 20
/* SSRCs one peer may send from before further ones are refused. */
#define SRTP_MAX_SOURCES 64
#define SRTP_WINDOW 1024

struct srtp_window {
    uint64_t top;
    uint64_t bits[SRTP_WINDOW / 64];
    bool is_started;
    uint64_t *kept; /* where `top` + 1 is written down (kept.h); NULL: nowhere */
};

/* How far the packets of one SSRC have come, for a process that goes on with them. */
struct srtp_kept_source {
    uint64_t rtp_next, rtcp_next; /* 0: none yet */
    uint32_t ssrc;
    bool is_known;
};

struct srtp_direction;

/* 0 for a profile that is not known. */
size_t srtp_key_length(int profile);
size_t srtp_salt_length(int profile);

/* NULL for an unknown profile or when OpenSSL refuses. */
struct srtp_direction *srtp_new(int profile, const uint8_t *key, const uint8_t *salt);
/* The same with session keys, as the vectors of RFC 3711 and RFC 7714 give them. */
struct srtp_direction *srtp_new_session(int profile, const uint8_t *key, const uint8_t *salt,
                                        const uint8_t *authentication);
/* A session key of RFC 3711 section 4.3: `label` 0 and 3 cipher, 1 and 4 authentication, 2 and 5
   salt, for RTP and RTCP; at most SRTP_MAX_KEY octets. */
bool srtp_derive(const uint8_t *key, size_t key_length, const uint8_t salt[SRTP_MAX_SALT],
                 uint8_t label, uint8_t *out, size_t length);
/* Wipes the keys. */
void srtp_free(struct srtp_direction *direction);

/* Encrypt `head` and `rest` behind the `header` octets at `out` (an RTP header with extensions)
   and append the tag. Returns the packet's length, 0 when refused. */
size_t srtp_protect(struct srtp_direction *direction, struct srtp_window *sent, bool is_repeat,
                    uint8_t *out, size_t header, size_t capacity, const uint8_t *head,
                    size_t head_length, const uint8_t *rest, size_t rest_length);
/* In place. Returns the new length, 0 when forged, repeated, broken or too old. */
size_t srtp_unprotect(struct srtp_direction *direction, uint8_t *packet, size_t length);

/* In place; one index counter serves all SSRCs. Returns the new length, 0 when refused. */
size_t srtp_protect_rtcp(struct srtp_direction *direction, uint8_t *packet, size_t length,
                         size_t capacity);
size_t srtp_unprotect_rtcp(struct srtp_direction *direction, uint8_t *packet, size_t length);

/* The index meant by a 16-bit sequence number; `window->top` holds the highest so far. */
uint64_t srtp_guess(const struct srtp_window *window, uint16_t sequence);
/* Whether an index was not seen and is not too old. */
bool srtp_is_fresh(const struct srtp_window *window, uint64_t index);
void srtp_note(struct srtp_window *window, uint64_t index);

/* Write down from now on how far the window has come, and go on behind what stands there: every
   index before it counts as seen. */
void srtp_keep_window(struct srtp_window *window, uint64_t *kept);
/* The same for the RTCP index of a sender, and for a receiver's SRTP_MAX_SOURCES sources. */
void srtp_keep_index(struct srtp_direction *direction, uint32_t *kept);
void srtp_keep_sources(struct srtp_direction *direction, struct srtp_kept_source *kept);

#endif
