/* Connectivity checks from anywhere: nothing may be read past the end, and only what was signed
   with the password passes. Input: u8 (bit 0: sign what can be read as a request), a datagram. */
#include "stun.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

static const char password[] = "0123456789abcdef01234567";

static void answer(const struct stun_request *request, uint8_t kind) {
    struct address from = {.port = 4000};
    if (kind & 2)
        memcpy(from.host, "\0\0\0\0\0\0\0\0\0\0\xff\xff\x7f\0\0\1", 16);
    uint8_t *out = need(malloc(STUN_MAX_ANSWER));
    size_t length = stun_write_answer(out, request, &from, password);
    if (length < STUN_HEADER || length > STUN_MAX_ANSWER || get16(out + 2) != length - STUN_HEADER)
        abort();
    free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct stun_request request;
    if (size < 1 || size > MAX_DATAGRAM)
        return 0;
    uint8_t *exact = need(malloc(size));
    memcpy(exact, data + 1, size - 1);
    if (stun_read_request(exact, size - 1, &request)) {
        if (stun_is_authentic(exact, &request, password))
            abort(); /* a forgery */
        if (data[0] & 1) {
            uint8_t counted[MAX_DATAGRAM];
            memcpy(counted, exact, request.integrity_at);
            put16(counted + 2, (uint32_t)(request.integrity_at + 4));
            HMAC(EVP_sha1(), password, sizeof password - 1, counted, request.integrity_at,
                 exact + request.integrity_at + 4, NULL);
            if (!stun_is_authentic(exact, &request, password))
                abort();
            answer(&request, data[0]);
        }
    }
    free(exact);
    return 0;
}
