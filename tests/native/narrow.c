/* Two ways out, one of them too narrow for a message of many packets: the other keeps its own. */
#include "udp.h"

#include <errno.h>

enum { NARROW_PORT = 9, WIDE_PORT = 10 };

static unsigned refused, runs_to_wide, singles_to_wide;

/* The kernel, as far as it matters here. */
int narrow_sendmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags) {
    (void)fd, (void)flags;
    for (unsigned i = 0; i < count; i++) {
        const struct msghdr *message = &messages[i].msg_hdr;
        const struct sockaddr_in *to = message->msg_name;
        if (ntohs(to->sin_port) == NARROW_PORT && message->msg_controllen > 0) {
            refused++;
            errno = EINVAL;
            return i > 0 ? (int)i : -1;
        }
        if (ntohs(to->sin_port) == WIDE_PORT) {
            runs_to_wide += message->msg_iovlen > 1;
            singles_to_wide += message->msg_iovlen == 1;
        }
    }
    return (int)count;
}

static struct destination way_to(uint16_t port) {
    struct destination d;
    destination_init(&d);
    struct sockaddr_in *where = (struct sockaddr_in *)&d.where;
    where->sin_family = AF_INET;
    where->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    where->sin_port = htons(port);
    d.length = sizeof *where;
    return d;
}

int main(void) {
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    static struct udp udp;
    if (fd < 0 || bind(fd, (struct sockaddr *)&here, sizeof here) < 0 || udp_open(&udp, fd, true))
        return 2;
    udp.has_gso = true; /* whatever this kernel has */
    struct destination narrow = way_to(NARROW_PORT), wide = way_to(WIDE_PORT);
    for (int turn = 0; turn < 3; turn++) {
        for (int i = 0; i < 5; i++) {
            memset(udp_reserve(&udp), 0, 1200);
            udp_commit(&udp, &narrow, 1200);
            memset(udp_reserve(&udp), 0, 1200);
            udp_commit(&udp, &wide, 1200);
        }
        udp_flush(&udp);
    }
    printf("refused %u runs %u singles %u dropped %llu\n", refused, runs_to_wide, singles_to_wide,
           (unsigned long long)udp.dropped);
    udp_close(&udp);
    return 0;
}
