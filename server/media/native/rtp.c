#include "rtp.h"

#define ONE_BYTE_PROFILE 0xBEDE

bool rtp_find_bounds(const uint8_t *data, size_t length, struct rtp_bounds *b) {
    if (length < RTP_HEADER)
        return false;
    size_t position = RTP_HEADER + 4u * (data[0] & 0x0F);
    b->profile = 0;
    b->extension = b->extension_end = position;
    if (data[0] & 0x10) {
        if (length < position + 4)
            return false;
        b->profile = get16(data + position);
        b->extension = position + 4;
        position = b->extension + 4u * get16(data + position + 2);
        b->extension_end = position;
    }
    size_t end = length;
    if (data[0] & 0x20) {
        uint8_t padding = data[length - 1];
        if (padding == 0 || padding > length)
            return false;
        end -= padding;
    }
    if (end < position)
        return false;
    b->payload = position;
    b->end = end;
    return true;
}

const uint8_t *rtp_extension(const uint8_t *data, const struct rtp_bounds *b, unsigned number,
                             size_t *length) {
    size_t position = b->extension, end = b->extension_end;
    if (number == 0 || position == end)
        return NULL;
    if (b->profile == ONE_BYTE_PROFILE) {
        while (position < end) {
            unsigned found = data[position] >> 4;
            size_t size = (data[position] & 0x0Fu) + 1;
            if (data[position] == 0) {
                position++;
                continue;
            }
            position++;
            if (found == 15 || position + size > end)
                return NULL;
            if (found == number) {
                *length = size;
                return data + position;
            }
            position += size;
        }
    } else if ((b->profile & 0xFFF0) == 0x1000) {
        while (position + 1 < end) {
            unsigned found = data[position];
            if (found == 0) {
                position++;
                continue;
            }
            size_t size = data[position + 1];
            position += 2;
            if (position + size > end)
                return NULL;
            if (found == number) {
                *length = size;
                return data + position;
            }
            position += size;
        }
    }
    return NULL;
}

/* Of 7 or 15 bits, alike in VP8 and VP9. */
static bool read_picture_id(struct packet *p, size_t *position) {
    const uint8_t *at = p->body + *position;
    if (p->rest_length <= *position)
        return false;
    p->picture_offset = (uint8_t)*position;
    p->is_long_picture = (at[0] & 0x80) != 0;
    if (p->is_long_picture && p->rest_length <= *position + 1)
        return false;
    p->picture = p->is_long_picture ? get16(at) & 0x7FFF : at[0];
    *position += p->is_long_picture ? 2 : 1;
    return true;
}

bool rtp_read_vp8(struct packet *p) {
    const uint8_t *payload = p->body;
    size_t size = p->rest_length;
    if (size == 0)
        return true;
    uint8_t first = payload[0];
    size_t position = 1;
    if (first & 0x80) {
        if (size < 2)
            return false;
        uint8_t flags = payload[1];
        position = 2;
        if ((flags & 0x80) && !read_picture_id(p, &position))
            return false;
        if (flags & 0x40) {
            if (size <= position)
                return false;
            p->tl0 = payload[position];
            p->tl0_offset = (uint8_t)position;
            position += 1;
        }
        if (flags & 0x30)
            position += 1;
    }
    if (size < position)
        return false;
    p->head_length = (uint16_t)position;
    p->rest_length = (uint16_t)(size - position);
    /* S = 1, PID = 0, and in the first octet of the frame P = 0 (RFC 7741 sections 4.2, 4.3). */
    p->is_key_start = (first & 0x17) == 0x10 && size > position && !(payload[position] & 0x01);
    return true;
}

static bool is_parameter_or_idr(uint8_t octet) {
    unsigned kind = octet & 0x1F;
    return kind == 5 || kind == 7;
}

bool rtp_h264_starts_keyframe(const uint8_t *payload, size_t length) {
    if (length < 2)
        return false;
    unsigned kind = payload[0] & 0x1F;
    if (kind == 5 || kind == 7)
        return true;
    if (kind == 24) {
        size_t position = 1;
        while (position + 2 < length) {
            if (is_parameter_or_idr(payload[position + 2]))
                return true;
            position += 2u + get16(payload + position);
        }
        return false;
    }
    return kind == 28 && (payload[1] & 0x80) && is_parameter_or_idr(payload[1]);
}

bool rtp_read_vp9(struct packet *p) {
    const uint8_t *payload = p->body;
    size_t size = p->rest_length;
    if (size == 0)
        return true;
    uint8_t first = payload[0];
    size_t position = 1;
    unsigned spatial = 0;
    if ((first & 0x80) && !read_picture_id(p, &position))
        return false;
    if (first & 0x20) {
        if (size <= position)
            return false;
        spatial = (payload[position] >> 1) & 0x07;
        position += 1;
        if (!(first & 0x10)) {
            if (size <= position)
                return false;
            p->tl0 = payload[position];
            p->tl0_offset = (uint8_t)position;
            position += 1;
        }
    }
    p->head_length = (uint16_t)position;
    p->rest_length = (uint16_t)(size - position);
    /* P = 0 and B = 1 of the lowest spatial layer; those above it refer to it (RFC 9628 4.2). */
    p->is_key_start = (first & 0x48) == 0x08 && spatial == 0 && size > position;
    return true;
}

bool rtp_av1_starts_keyframe(const uint8_t *payload, size_t length) {
    if (length < 2 || (payload[0] & 0x80))
        return false;
    if (payload[0] & 0x08)
        return true;
    /* N is not set; some senders put a sequence header there without saying so. With more than
       one OBU a length stands before the first (LEB128). */
    size_t position = 1;
    if ((payload[0] & 0x30) != 0x10) {
        while (position < length && (payload[position] & 0x80))
            position++;
        position++;
    }
    return position < length && ((payload[position] >> 3) & 0x0F) == 1;
}

void rtp_write_head(const struct packet *p, uint32_t picture, uint32_t tl0, uint8_t *out) {
    memcpy(out, p->body, p->head_length);
    if (p->picture >= 0) {
        if (p->is_long_picture)
            put16(out + p->picture_offset, 0x8000 | (picture & 0x7FFF));
        else
            out[p->picture_offset] = picture & 0x7F;
    }
    if (p->tl0 >= 0)
        out[p->tl0_offset] = (uint8_t)tl0;
}
