#include "stun.h"

enum { HEADER = 20, BINDING_REQUEST = 0x0001, USERNAME = 0x0006 };
#define COOKIE UINT32_C(0x2112A442)

const uint8_t *stun_target(const uint8_t *data, size_t length, size_t *size) {
    if (length < HEADER || get16(data) != BINDING_REQUEST || get32(data + 4) != COOKIE ||
        (size_t)get16(data + 2) + HEADER != length)
        return NULL;
    const uint8_t *name = NULL;
    size_t name_length = 0;
    for (size_t position = HEADER; position + 4 <= length;) {
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
