/* Reading and writing control messages: little-endian, bounds kept by the reader itself. */
#ifndef REPRISE_OCTETS_H
#define REPRISE_OCTETS_H

#include "base.h"

/* After the first read past the end `is_broken` holds and everything reads as zero. */
struct reader {
    const uint8_t *at, *end;
    bool is_broken;
};

static inline const uint8_t *read_octets(struct reader *r, size_t length) {
    if ((size_t)(r->end - r->at) < length) {
        r->is_broken = true;
        r->at = r->end;
        return NULL;
    }
    const uint8_t *found = r->at;
    r->at += length;
    return found;
}
static inline uint64_t read_number(struct reader *r, size_t length) {
    const uint8_t *p = read_octets(r, length);
    uint64_t value = 0;
    for (size_t i = 0; p != NULL && i < length; i++)
        value |= (uint64_t)p[i] << (8 * i);
    return value;
}
static inline uint8_t read8(struct reader *r) { return (uint8_t)read_number(r, 1); }
static inline uint16_t read16(struct reader *r) { return (uint16_t)read_number(r, 2); }
static inline uint32_t read32(struct reader *r) { return (uint32_t)read_number(r, 4); }
static inline uint64_t read64(struct reader *r) { return read_number(r, 8); }
/* A u8 length and as many octets, as a C string; longer than room - 1 or with a zero: broken. */
static inline void read_text(struct reader *r, char *out, size_t room) {
    size_t length = read8(r);
    const uint8_t *p = read_octets(r, length);
    out[0] = 0;
    if (p == NULL || length >= room || memchr(p, 0, length)) {
        r->is_broken = true;
        return;
    }
    memcpy(out, p, length);
    out[length] = 0;
}

/* The room is chosen by the writer of a message and always enough. */
struct writer {
    uint8_t *at;
};
static inline void write_number(struct writer *w, uint64_t value, size_t length) {
    for (size_t i = 0; i < length; i++)
        *w->at++ = (uint8_t)(value >> (8 * i));
}
static inline void write8(struct writer *w, uint8_t v) { write_number(w, v, 1); }
static inline void write16(struct writer *w, uint16_t v) { write_number(w, v, 2); }
static inline void write32(struct writer *w, uint32_t v) { write_number(w, v, 4); }
static inline void write64(struct writer *w, uint64_t v) { write_number(w, v, 8); }
static inline void write_real(struct writer *w, float v) {
    uint32_t bits;
    memcpy(&bits, &v, sizeof bits);
    write32(w, bits);
}
static inline void write_octets(struct writer *w, const void *data, size_t length) {
    memcpy(w->at, data, length);
    w->at += length;
}

#endif
