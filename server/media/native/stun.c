#include "stun.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

enum { REQUEST = 0x0001, SUCCESS = 0x0101, REFUSED = 0x0111 };
enum {
    USERNAME = 0x0006,
    INTEGRITY = 0x0008,
    FINGERPRINT = 0x8028,
    ERROR_CODE = 0x0009,
    MAPPED_ADDRESS = 0x0020,
    USE_CANDIDATE = 0x0025,
    CONTROLLED = 0x8029,
};
#define FINGERPRINT_MASK UINT32_C(0x5354554E)
enum { ATTRIBUTE = 4, DIGEST = 20, ROLE_CONFLICT = 487 };

const uint8_t *stun_target(const uint8_t *data, size_t length, size_t *size) {
    if (length < STUN_HEADER || get16(data) != REQUEST || get32(data + 4) != STUN_COOKIE ||
        (size_t)get16(data + 2) + STUN_HEADER != length)
        return NULL;
    const uint8_t *name = NULL;
    size_t name_length = 0;
    for (size_t position = STUN_HEADER; position + 4 <= length;) {
        size_t value = get16(data + position + 2);
        if (position + 4 + value > length)
            return NULL;
        if (get16(data + position) == USERNAME) {
            name = data + position + 4;
            name_length = value;
        }
        position += 4 + ((value + 3) & ~(size_t)3);
    }
    const uint8_t *colon = name ? memchr(name, ':', name_length) : NULL;
    if (colon == NULL)
        return NULL;
    *size = (size_t)(colon - name);
    return name;
}

bool stun_read_request(const uint8_t *data, size_t length, struct stun_request *r) {
    *r = (struct stun_request){0};
    if (length < STUN_HEADER || length > MAX_DATAGRAM || get16(data) != REQUEST ||
        get32(data + 4) != STUN_COOKIE || get16(data + 2) != length - STUN_HEADER)
        return false;
    memcpy(r->transaction, data + 8, sizeof r->transaction);
    for (size_t at = STUN_HEADER; at + ATTRIBUTE <= length;) {
        unsigned type = get16(data + at);
        size_t size = get16(data + at + 2);
        const uint8_t *value = data + at + ATTRIBUTE;
        if (size > length - at - ATTRIBUTE)
            return false;
        if (type == USERNAME) {
            r->username = value;
            r->username_length = size;
        } else if (type == USE_CANDIDATE)
            r->is_nominating = true;
        else if (type == CONTROLLED)
            r->is_controlled = true;
        else if (type == INTEGRITY) {
            r->integrity_at = at;
            return size == DIGEST && r->username != NULL;
        }
        at += ATTRIBUTE + ((size + 3) & ~(size_t)3);
    }
    return false;
}

/* Over everything before the attribute, the length counting it as the last one. */
static bool digest(const uint8_t *data, size_t integrity_at, const char *password,
                   uint8_t out[DIGEST]) {
    uint8_t counted[MAX_DATAGRAM];
    unsigned size = 0;
    memcpy(counted, data, integrity_at);
    put16(counted + 2, (uint32_t)(integrity_at + ATTRIBUTE + DIGEST - STUN_HEADER));
    return HMAC(EVP_sha1(), password, (int)strlen(password), counted, integrity_at, out, &size) &&
           size == DIGEST;
}

bool stun_is_authentic(const uint8_t *data, const struct stun_request *r, const char *password) {
    uint8_t wanted[DIGEST];
    return digest(data, r->integrity_at, password, wanted) &&
           CRYPTO_memcmp(wanted, data + r->integrity_at + ATTRIBUTE, DIGEST) == 0;
}

static size_t write_mapped(uint8_t *out, const struct stun_request *r,
                           const struct address *from) {
    static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
    bool is_old = memcmp(from->host, mapped, sizeof mapped) == 0;
    size_t size = is_old ? 4 : 16;
    const uint8_t *host = from->host + sizeof from->host - size;
    uint8_t mask[16];
    put32(mask, STUN_COOKIE);
    memcpy(mask + 4, r->transaction, sizeof r->transaction);
    put16(out, MAPPED_ADDRESS);
    put16(out + 2, (uint32_t)(4 + size));
    out[4] = 0;
    out[5] = is_old ? 1 : 2;
    put16(out + 6, from->port ^ (STUN_COOKIE >> 16));
    for (size_t i = 0; i < size; i++)
        out[8 + i] = host[i] ^ mask[i];
    return 8 + size;
}

static size_t write_conflict(uint8_t *out) {
    put16(out, ERROR_CODE);
    put16(out + 2, 4);
    put32(out + 4, ROLE_CONFLICT / 100 << 8 | ROLE_CONFLICT % 100);
    return 8;
}

/* CRC-32 of ITU V.42, four bits at a time. */
static uint32_t crc32(const uint8_t *data, size_t length) {
    static const uint32_t steps[16] = {
        0x00000000, 0x1DB71064, 0x3B6E20C8, 0x26D930AC, 0x76DC4190, 0x6B6B51F4,
        0x4DB26158, 0x5005713C, 0xEDB88320, 0xF00F9344, 0xD6D6A3E8, 0xCB61B38C,
        0x9B64C2B0, 0x86D3D2D4, 0xA00AE278, 0xBDBDF21C,
    };
    uint32_t crc = 0xFFFFFFFF;
    for (size_t i = 0; i < length; i++) {
        crc = crc >> 4 ^ steps[(crc ^ data[i]) & 15];
        crc = crc >> 4 ^ steps[(crc ^ data[i] >> 4) & 15];
    }
    return ~crc;
}

/* Behind all else; the length counts it. */
static size_t write_fingerprint(uint8_t *out, size_t at) {
    put16(out + 2, (uint32_t)(at + ATTRIBUTE + 4 - STUN_HEADER));
    uint32_t print = crc32(out, at) ^ FINGERPRINT_MASK;
    put16(out + at, FINGERPRINT);
    put16(out + at + 2, 4);
    put32(out + at + ATTRIBUTE, print);
    return at + ATTRIBUTE + 4;
}

size_t stun_write_answer(uint8_t *out, const struct stun_request *r, const struct address *from,
                         const char *password) {
    put16(out, r->is_controlled ? REFUSED : SUCCESS);
    put32(out + 4, STUN_COOKIE);
    memcpy(out + 8, r->transaction, sizeof r->transaction);
    uint8_t *value = out + STUN_HEADER;
    size_t at =
        STUN_HEADER + (r->is_controlled ? write_conflict(value) : write_mapped(value, r, from));
    put16(out + at, INTEGRITY);
    put16(out + at + 2, DIGEST);
    if (!digest(out, at, password, out + at + ATTRIBUTE))
        return 0;
    return write_fingerprint(out, at + ATTRIBUTE + DIGEST);
}
