/* Connectivity checks (RFC 8489) as far as the plane reads them: whom one is for. Whether it is
   authentic the server finds out; what is for nobody never costs it anything. */
#ifndef REPRISE_STUN_H
#define REPRISE_STUN_H

#include "base.h"

/* The part of USERNAME before its colon, of a whole binding request; NULL for all else. */
const uint8_t *stun_target(const uint8_t *data, size_t length, size_t *size);

#endif
