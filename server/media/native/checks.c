/* Connectivity checks, answered here when they say nothing new.

   A check that is not authentic goes no further. Which address is a peer's, the server decides
   (ice.py): it sees the first check from everywhere, and every one that names another path to send
   on. What follows are repeats, a few a minute or a second from everybody for as long as the
   connection lives; those are answered here, and the server hears once in a while that there were
   some. A transport that is held (away.c) has no server to ask; its checks are all answered here. */
#include "plane.h"

#include "stun.h"

static struct transport *find_named(const struct plane *plane, const uint8_t *name, size_t size) {
    for (uint32_t i = 0; i < plane->all.count; i++) {
        struct transport *t = plane->all.items[i];
        if (strlen(t->check_name) == size && memcmp(t->check_name, name, size) == 0)
            return t;
    }
    return NULL;
}

static bool goes_to(const struct transport *t, const struct address *address) {
    struct address present;
    return t->destination.length > 0 && address_from_socket(&t->destination.where, &present) &&
           address_equal(&present, address);
}

static bool is_repeat(const struct transport *t, const struct stun_request *request,
                      const struct address *from) {
    return !request->is_controlled && address_find(&t->plane->addresses, from) == t &&
           (!request->is_nominating || goes_to(t, from));
}

static void answer(struct plane *plane, struct transport *t, const struct stun_request *request,
                   const struct address *from) {
    uint8_t out[STUN_MAX_ANSWER];
    size_t size = stun_write_answer(out, request, from, t->password);
    if (size)
        udp_send(&plane->udp, from, out, size);
}

enum check plane_check(struct plane *plane, const uint8_t *data, size_t length,
                       const struct address *from) {
    size_t size = 0;
    const uint8_t *name = stun_target(data, length, &size);
    struct transport *t = name && size > 0 ? find_named(plane, name, size) : NULL;
    struct stun_request request;
    if (t == NULL)
        return CHECK_OF_NOBODY;
    if (!stun_read_request(data, length, &request) || !t->password[0] ||
        !stun_is_authentic(data, &request, t->password))
        return CHECK_DONE;
    if (!t->is_held && !is_repeat(t, &request, from))
        return CHECK_IS_NEW;
    t->is_checked = true;
    if (t->is_held && !request.is_controlled)
        transport_address(t, from, request.is_nominating);
    answer(plane, t, &request, from);
    return CHECK_DONE;
}
