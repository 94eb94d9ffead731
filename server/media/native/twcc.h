/* Transport-wide congestion control feedback
   (draft-holmer-rmcat-transport-wide-cc-extensions-01, section 3.1): written for a publisher
   (without it Chromium needs 20 s to reach 720p, with it and x-google-start-bitrate one), read
   from a viewer. */
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

/* Numbers one message may speak of; more than that no viewer has to tell at once. */
#define TWCC_MOST 4096
/* `ticks`: of 250 us since the message's reference time; of no meaning when it has not come. */
typedef void twcc_visitor(void *context, uint16_t number, bool has_come, int32_t ticks);
/* Tell of every number in a feedback packet, in order. False, and nothing told, when it cannot be
   read. `reference` is in units of 64 ms, 24 bits. */
bool twcc_read(const uint8_t *packet, size_t size, uint32_t *reference);
void twcc_visit(const uint8_t *packet, size_t size, twcc_visitor *visit, void *context);

#endif
