#include "twcc.h"

#include "rtcp.h"

#define TICK_NS INT64_C(250000)
#define REFERENCE_NS INT64_C(64000000)
/* A jump in the counter larger than this is a restart, not loss. */
#define MAX_JUMP 4000
#define LONGEST_RUN 0x1FFF

void twcc_init(struct twcc *t) {
    memset(t, 0, sizeof *t);
    t->highest = -1;
}

static int64_t *at(struct twcc *t, int64_t number) { return &t->arrivals[number & (TWCC_RING - 1)]; }

static void skip_to(struct twcc *t, int64_t next) {
    if (next - t->next >= TWCC_RING) {
        memset(t->arrivals, 0, sizeof t->arrivals);
        t->waiting = 0;
    } else
        for (int64_t n = t->next; n < next; n++)
            if (*at(t, n) != 0) {
                *at(t, n) = 0;
                t->waiting--;
            }
    t->next = next;
}

void twcc_record(struct twcc *t, uint16_t number, int64_t arrival_ns) {
    int64_t full;
    if (t->highest < 0) {
        /* One turn up, so that what was overtaken by the first stays positive. */
        full = t->highest = t->next = (int64_t)number + 0x10000;
    } else {
        uint16_t step = (uint16_t)(number - (uint16_t)t->highest);
        if (step < 0x8000) {
            full = t->highest + step;
            if (step > MAX_JUMP)
                skip_to(t, full);
            else if (full - t->next >= TWCC_RING)
                skip_to(t, full - TWCC_RING + 1);
            t->highest = full;
        } else
            full = t->highest - (0x10000 - step);
        if (full < t->next)
            return; /* it was reported already */
    }
    if (*at(t, full) == 0)
        t->waiting++;
    *at(t, full) = arrival_ns;
}

static size_t write_chunks(const uint8_t *symbols, size_t count, uint8_t *out) {
    size_t length = 0, position = 0;
    while (position < count) {
        uint8_t symbol = symbols[position];
        size_t end = position + 1;
        while (end < count && symbols[end] == symbol && end - position < LONGEST_RUN)
            end++;
        if (end - position >= 7 || end == count) {
            put16(out + length, (uint32_t)symbol << 13 | (uint32_t)(end - position));
            position = end;
        } else {
            uint32_t vector = 0xC000;
            for (size_t i = 0; i < 7 && position + i < count; i++)
                vector |= (uint32_t)symbols[position + i] << (12 - 2 * i);
            put16(out + length, vector);
            position += 7;
        }
        length += 2;
    }
    return length;
}

size_t twcc_write(struct twcc *t, uint32_t local_ssrc, uint32_t media_ssrc, uint8_t *out) {
    if (t->waiting == 0)
        return 0;
    uint8_t symbols[TWCC_MAX_PACKETS], deltas[2 * TWCC_MAX_PACKETS];
    size_t count = 0, delta_length = 0;
    int64_t base = t->next, reference = -1, previous = 0;
    for (; count < TWCC_MAX_PACKETS && base + (int64_t)count <= t->highest; count++) {
        int64_t *arrival = at(t, base + (int64_t)count);
        if (*arrival == 0) {
            symbols[count] = 0;
            continue;
        }
        if (reference < 0) {
            reference = *arrival / REFERENCE_NS;
            previous = reference * REFERENCE_NS;
        }
        int64_t distance = *arrival - previous;
        int64_t delta = distance >= 0 ? distance / TICK_NS : -((TICK_NS - 1 - distance) / TICK_NS);
        if (delta >= 0 && delta <= 255) {
            symbols[count] = 1;
            deltas[delta_length++] = (uint8_t)delta;
        } else if (delta >= -32768 && delta <= 32767) {
            symbols[count] = 2;
            put16(deltas + delta_length, (uint32_t)(uint16_t)delta);
            delta_length += 2;
        } else
            /* Too far from the one before: the rest goes into a message of its own. */
            break;
        previous += delta * TICK_NS;
        *arrival = 0;
        t->waiting--;
    }
    t->next = base + (int64_t)count;
    if (reference < 0)
        return 0;
    put16(out + 12, (uint32_t)base & 0xFFFF);
    put16(out + 14, (uint32_t)count);
    put32(out + 16, (uint32_t)(reference & 0xFFFFFF) << 8 | (t->count++ & 0xFF));
    size_t length = 20 + write_chunks(symbols, count, out + 20);
    memcpy(out + length, deltas, delta_length);
    length += delta_length;
    size_t padding = -length & 3;
    if (padding) {
        memset(out + length, 0, padding);
        out[length + padding - 1] = (uint8_t)padding;
        length += padding;
    }
    rtcp_head(out, RTCP_FMT_TWCC, RTCP_RTPFB, length);
    if (padding)
        out[0] |= 0x20;
    put32(out + 4, local_ssrc);
    put32(out + 8, media_ssrc);
    return length;
}

/* ---- reading ----------------------------------------------------------------------------- */

enum { HEAD = 20, NOT_COME = 0, SMALL = 1, LARGE = 2 };

/* The symbols of a message one by one. */
struct symbols {
    const uint8_t *at, *end;
    uint32_t chunk, left; /* of the chunk at hand */
    uint32_t width;       /* bits a symbol; 0: a run */
};

static bool next_symbol(struct symbols *s, uint32_t *symbol) {
    if (s->left == 0) {
        if (s->end - s->at < 2)
            return false;
        s->chunk = get16(s->at);
        s->at += 2;
        s->width = !(s->chunk & 0x8000) ? 0 : s->chunk & 0x4000 ? 2 : 1;
        s->left = s->width == 0 ? s->chunk & LONGEST_RUN : 14 / s->width;
        if (s->left == 0)
            return false;
    }
    s->left--;
    *symbol = s->width == 0 ? s->chunk >> 13 & 3
                            : s->chunk >> s->left * s->width & ((1u << s->width) - 1);
    return *symbol <= LARGE;
}

bool twcc_read(const uint8_t *packet, size_t size, uint32_t *reference) {
    if (size < HEAD)
        return false;
    uint32_t count = get16(packet + 14);
    struct symbols s = {packet + HEAD, packet + size, 0, 0, 0};
    size_t deltas = 0;
    if (count == 0 || count > TWCC_MOST)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t symbol;
        if (!next_symbol(&s, &symbol))
            return false;
        deltas += symbol; /* as many octets as its number says */
    }
    *reference = get24(packet + 16);
    return (size_t)(s.end - s.at) >= deltas;
}

void twcc_visit(const uint8_t *packet, size_t size, twcc_visitor *visit, void *context) {
    uint32_t count = get16(packet + 14), symbol = NOT_COME;
    struct symbols s = {packet + HEAD, packet + size, 0, 0, 0};
    for (uint32_t i = 0; i < count; i++)
        next_symbol(&s, &symbol);
    const uint8_t *delta = s.at;
    int32_t ticks = 0;
    uint16_t number = get16(packet + 12);
    s = (struct symbols){packet + HEAD, packet + size, 0, 0, 0};
    for (uint32_t i = 0; i < count; i++, number++) {
        next_symbol(&s, &symbol);
        if (symbol == SMALL)
            ticks += *delta;
        else if (symbol == LARGE)
            ticks += (int16_t)get16(delta);
        delta += symbol;
        visit(context, number, symbol != NOT_COME, ticks);
    }
}
