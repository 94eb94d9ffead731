/* Connectivity checks (RFC 8489, RFC 8445): whom one is for, so that what is for nobody never costs
   the server anything; and what an ICE-lite agent answers. checks.c says when it is answered
   here. */
#ifndef REPRISE_STUN_H
#define REPRISE_STUN_H

#include "base.h"
#include "table.h"

#define STUN_HEADER 20
#define STUN_COOKIE UINT32_C(0x2112A442)
#define STUN_MAX_ANSWER 96

/* The part of USERNAME before its colon, of a whole binding request; NULL for all else. */
const uint8_t *stun_target(const uint8_t *data, size_t length, size_t *size);

struct stun_request {
    uint8_t transaction[12];
    const uint8_t *username;
    size_t username_length;
    size_t integrity_at; /* of the attribute MESSAGE-INTEGRITY */
    bool is_nominating, is_controlled;
};

/* A binding request with a user name and MESSAGE-INTEGRITY. Whatever stands behind that is not
   read: it is not authentic. */
bool stun_read_request(const uint8_t *data, size_t length, struct stun_request *request);
bool stun_is_authentic(const uint8_t *data, const struct stun_request *request,
                       const char *password);
/* Success with XOR-MAPPED-ADDRESS, or 487 to one that wants to be controlled as we do; at most
   STUN_MAX_ANSWER octets. */
size_t stun_write_answer(uint8_t *out, const struct stun_request *request,
                         const struct address *from, const char *password);

#endif
