/* Datagrams of an attacker who does not know the keys, and of a peer who does: none may be read
   past its end, and what was not sealed by the peer may not be taken. */
#include "srtp.h"

static struct srtp_direction *receiving[3];

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const int profiles[3] = {1, 7, 8};
    static const uint8_t key[SRTP_MAX_KEY] = {1, 2, 3}, salt[SRTP_MAX_SALT] = {4, 5, 6};
    if (size < 1 || size > MAX_DATAGRAM)
        return 0;
    unsigned which = data[0] % 3;
    if (receiving[which] == NULL)
        receiving[which] = srtp_new(profiles[which], key, salt);
    /* On the heap, so that a read past the end is seen. */
    uint8_t *packet = need(malloc(size + SRTP_MAX_TRAILER));
    memcpy(packet, data + 1, size - 1);
    uint8_t *exact = need(malloc(size - 1 ? size - 1 : 1));
    memcpy(exact, data + 1, size - 1);
    if (srtp_unprotect(receiving[which], exact, size - 1) ||
        srtp_unprotect_rtcp(receiving[which], exact, size - 1))
        abort(); /* a forgery */
    if (data[0] & 0x80 && size - 1 >= 8) {
        struct srtp_direction *sending = srtp_new(profiles[which], key, salt);
        struct srtp_direction *other = srtp_new(profiles[which], key, salt);
        size_t length = srtp_protect_rtcp(sending, packet, size - 1, size + SRTP_MAX_TRAILER);
        if (length && srtp_unprotect_rtcp(other, packet, length) != size - 1)
            abort();
        srtp_free(sending);
        srtp_free(other);
    }
    free(packet);
    free(exact);
    return 0;
}
