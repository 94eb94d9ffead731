/* What a viewer says of the packets that arrived, between packets that are sent and probes: nothing
   may be read past its end, and what comes of it stays a rate.

   Input: u8 what, u8 length, so many octets; again and again. */
#include "estimate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct estimator e;
    int64_t now = SECOND_NS;
    estimator_init(&e);
    while (size >= 2) {
        unsigned what = data[0];
        size_t length = data[1];
        data += 2;
        size -= 2;
        if (length > size)
            length = size;
        now += (what >> 2) * 5 * MS_NS;
        if ((what & 3) == 0)
            for (size_t i = 0; i < length; i++)
                estimator_sent(&e, estimator_number(&e), 8u * data[i], now + (int64_t)i * MS_NS);
        else if ((what & 3) == 1 && length)
            estimator_probe(&e, data[0] * 20000u, now, 500 * MS_NS);
        else if ((what & 3) == 2)
            estimator_content(&e, now);
        else {
            /* On the heap, so that a read past the end is seen. */
            uint8_t *packet = need(malloc(12 + length));
            memset(packet, 0, 12);
            memcpy(packet + 12, data, length);
            estimator_feedback(&e, packet, 12 + length, now);
            free(packet);
        }
        if (e.loss < 0 || e.loss > 1 || e.acknowledged > ESTIMATE_MOST ||
            (e.is_limited && (e.bitrate < ESTIMATE_LEAST || e.bitrate > ESTIMATE_MOST)))
            abort();
        data += length;
        size -= length;
    }
    return 0;
}
