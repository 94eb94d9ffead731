/* Transport-wide congestion control feedback for a publisher
   (draft-holmer-rmcat-transport-wide-cc-extensions-01, section 3.1). Without it Chromium needs
   20 s to reach 720p, with it (and x-google-start-bitrate) one. */
#ifndef REPRISE_TWCC_H
#define REPRISE_TWCC_H

#include "base.h"

/* Numbers waiting for a message; a power of two. */
#define TWCC_RING 4096
/* Numbers covered by one message, so that it fits a datagram. */
#define TWCC_MAX_PACKETS 500
/* Octets a message may take: header, chunks and two-octet deltas for all. */
#define TWCC_MAX_LENGTH (20 + 2 * TWCC_MAX_PACKETS + 2 * TWCC_MAX_PACKETS / 7 + 8)

struct twcc {
    int64_t highest, next; /* unwrapped; highest -1: nothing yet */
    uint32_t count, waiting;
    int64_t arrivals[TWCC_RING]; /* 0: not arrived */
};

void twcc_init(struct twcc *twcc);
/* Note a packet's 16-bit transport-wide number and arrival. */
void twcc_record(struct twcc *twcc, uint16_t number, int64_t arrival_ns);
/* The next feedback packet into `out` (TWCC_MAX_LENGTH octets); 0 when nothing new arrived. */
size_t twcc_write(struct twcc *twcc, uint32_t local_ssrc, uint32_t media_ssrc, uint8_t *out);

#endif
