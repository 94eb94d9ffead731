#include "rtcp.h"

enum { BLOCK = 24, SENDER = 28 };

const uint8_t *rtcp_next(const uint8_t *data, size_t length, size_t *position, size_t *size) {
    while (*position + 8 <= length) {
        const uint8_t *packet = data + *position;
        if (packet[0] >> 6 != 2)
            return NULL;
        *size = 4u * (get16(packet + 2) + 1u);
        if (*position + *size > length)
            return NULL;
        *position += *size;
        if (*size >= 8)
            return packet;
    }
    return NULL;
}

bool rtcp_read_block(const uint8_t *packet, size_t size, uint32_t n, struct rtcp_block *b) {
    size_t position = (packet[1] == RTCP_SR ? SENDER : 8) + (size_t)n * BLOCK;
    if (n >= (packet[0] & 0x1Fu) || position + BLOCK > size)
        return false;
    const uint8_t *p = packet + position;
    b->ssrc = get32(p);
    b->fraction = p[4];
    b->lost = get24(p + 5);
    b->highest = get32(p + 8);
    b->jitter = get32(p + 12);
    b->last_report = get32(p + 16);
    b->delay = get32(p + 20);
    return true;
}

bool rtcp_read_sender(const uint8_t *packet, size_t size, uint32_t *ssrc, double *ntp,
                      uint32_t *timestamp) {
    if (size < SENDER)
        return false;
    *ssrc = get32(packet + 4);
    *ntp = get32(packet + 8) + get32(packet + 12) / 4294967296.0;
    *timestamp = get32(packet + 16);
    return true;
}

int64_t rtcp_read_remb(const uint8_t *packet, size_t size) {
    if (size < 20 || memcmp(packet + 12, "REMB", 4) != 0)
        return -1;
    unsigned exponent = packet[17] >> 2;
    int64_t mantissa = (packet[17] & 3) << 16 | packet[18] << 8 | packet[19];
    return exponent < 46 ? mantissa << exponent : -1;
}

size_t rtcp_read_nack(const uint8_t *packet, size_t size, uint16_t *out, size_t room) {
    size_t count = 0;
    for (size_t position = 12; position + 4 <= size; position += 4) {
        uint16_t first = get16(packet + position), mask = get16(packet + position + 2);
        if (count < room)
            out[count++] = first;
        for (unsigned bit = 0; bit < 16; bit++)
            if (mask >> bit & 1 && count < room)
                out[count++] = (uint16_t)(first + bit + 1);
    }
    return count;
}

void rtcp_head(uint8_t *out, uint32_t count, uint32_t type, size_t length) {
    out[0] = (uint8_t)(0x80 | count);
    out[1] = (uint8_t)type;
    put16(out + 2, (uint32_t)(length / 4 - 1));
}

size_t rtcp_write_pli(uint8_t *out, uint32_t media_ssrc) {
    rtcp_head(out, RTCP_FMT_PLI, RTCP_PSFB, 12);
    put32(out + 4, RTCP_LOCAL_SSRC);
    put32(out + 8, media_ssrc);
    return 12;
}

size_t rtcp_write_nack(uint8_t *out, uint32_t media_ssrc, const uint16_t *numbers, size_t count) {
    size_t length = 12;
    for (size_t i = 0; i < count;) {
        uint16_t first = numbers[i++], mask = 0;
        while (i < count) {
            uint16_t step = (uint16_t)(numbers[i] - first);
            if (step == 0 || step > 16)
                break;
            mask |= (uint16_t)(1u << (step - 1));
            i++;
        }
        put16(out + length, first);
        put16(out + length + 2, mask);
        length += 4;
    }
    rtcp_head(out, RTCP_FMT_NACK, RTCP_RTPFB, length);
    put32(out + 4, RTCP_LOCAL_SSRC);
    put32(out + 8, media_ssrc);
    return length;
}

size_t rtcp_write_receiver(uint8_t *out, const struct rtcp_block *blocks, size_t count) {
    size_t length = 8;
    for (size_t i = 0; i < count && i < 31; i++) {
        const struct rtcp_block *b = &blocks[i];
        uint8_t *p = out + length;
        put32(p, b->ssrc);
        p[4] = b->fraction;
        put24(p + 5, b->lost);
        put32(p + 8, b->highest);
        put32(p + 12, b->jitter);
        put32(p + 16, b->last_report);
        put32(p + 20, b->delay);
        length += BLOCK;
    }
    rtcp_head(out, (uint32_t)((length - 8) / BLOCK), RTCP_RR, length);
    put32(out + 4, RTCP_LOCAL_SSRC);
    return length;
}

size_t rtcp_write_sender(uint8_t *out, uint32_t ssrc, double ntp, uint32_t timestamp,
                         uint32_t packets, uint32_t octets, const char *cname) {
    uint64_t seconds = (uint64_t)ntp;
    rtcp_head(out, 0, RTCP_SR, SENDER);
    put32(out + 4, ssrc);
    put32(out + 8, (uint32_t)seconds);
    put32(out + 12, (uint32_t)((ntp - (double)seconds) * 4294967296.0));
    put32(out + 16, timestamp);
    put32(out + 20, packets);
    put32(out + 24, octets);
    uint8_t *sdes = out + SENDER;
    size_t name = strlen(cname);
    /* Item, its end, and zeros to the next word. */
    size_t items = (2 + name + 1 + 3) & ~(size_t)3;
    memset(sdes + 8, 0, items);
    put32(sdes + 4, ssrc);
    sdes[8] = 1;
    sdes[9] = (uint8_t)name;
    memcpy(sdes + 10, cname, name);
    rtcp_head(sdes, 1, RTCP_SDES, 8 + items);
    return SENDER + 8 + items;
}

uint32_t rtcp_ntp_middle(double ntp) { return (uint32_t)(uint64_t)(ntp * 65536.0); }
