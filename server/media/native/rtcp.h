/* RTCP: the reports and feedback the plane reads and writes (RFC 3550, 4585, 5104, REMB). */
#ifndef REPRISE_RTCP_H
#define REPRISE_RTCP_H

#include "base.h"

enum { RTCP_SR = 200, RTCP_RR = 201, RTCP_SDES = 202, RTCP_RTPFB = 205, RTCP_PSFB = 206 };
enum { RTCP_FMT_NACK = 1, RTCP_FMT_TWCC = 15, RTCP_FMT_PLI = 1, RTCP_FMT_FIR = 4, RTCP_FMT_APP = 15 };

/* Our own number as a receiver of packets; what libwebrtc's own receivers use. */
#define RTCP_LOCAL_SSRC 1
/* Seconds from 1900 to 1970. */
#define NTP_UNIX_OFFSET 2208988800.0

struct rtcp_block {
    uint32_t ssrc, lost, highest, jitter, last_report, delay;
    uint8_t fraction;
};

/* The next packet of a compound one from `*position` on, at least 8 octets long; NULL at the end
   or where a length field is wrong. */
const uint8_t *rtcp_next(const uint8_t *data, size_t length, size_t *position, size_t *size);

/* The n-th report block of a sender or receiver report. */
bool rtcp_read_block(const uint8_t *packet, size_t size, uint32_t n, struct rtcp_block *block);
/* Of a sender report; NTP in seconds since 1900. */
bool rtcp_read_sender(const uint8_t *packet, size_t size, uint32_t *ssrc, double *ntp,
                      uint32_t *timestamp);
/* Bit/s of a receiver's estimate; -1 if it is something else. */
int64_t rtcp_read_remb(const uint8_t *packet, size_t size);
/* Sequence numbers of a generic NACK; returns how many were written. */
size_t rtcp_read_nack(const uint8_t *packet, size_t size, uint16_t *out, size_t room);

void rtcp_head(uint8_t *out, uint32_t count, uint32_t type, size_t length);
/* All return the length written. */
size_t rtcp_write_pli(uint8_t *out, uint32_t media_ssrc);
/* `numbers` ascending (wrapping); at most 250 of them, 12 + 4 octets each. */
size_t rtcp_write_nack(uint8_t *out, uint32_t media_ssrc, const uint16_t *numbers, size_t count);
/* At most 31 blocks. */
size_t rtcp_write_receiver(uint8_t *out, const struct rtcp_block *blocks, size_t count);
/* With its SDES CNAME. */
size_t rtcp_write_sender(uint8_t *out, uint32_t ssrc, double ntp, uint32_t timestamp,
                         uint32_t packets, uint32_t octets, const char *cname);
/* The middle 32 bits of an NTP time, as report blocks carry it. */
uint32_t rtcp_ntp_middle(double ntp);

#endif
