/* Sorting datagrams, and the beginning and end of everything. */
#include "plane.h"

#include "octets.h"

#include <sys/mman.h>

#define CAPTURE_QUEUE (32 * 1024 * 1024) /* a minute of one camera and three voices */
#define PROBES_PER_S 100 /* as endpoint.py has it */

void plane_init(struct plane *plane, int udp_fd, int control_fd, int event_fd, uint64_t watermark,
                bool wants_gso) {
    memset(plane, 0, sizeof *plane);
    plane->kept_fd = -1;
    int failed = udp_open(&plane->udp, udp_fd, wants_gso);
    if (failed) {
        fprintf(stderr, "reprise-plane: the UDP socket: %s\n", strerror(failed));
        exit(3);
    }
    control_open(&plane->control, control_fd);
    plane->captures = capture_writer_new(watermark, CAPTURE_QUEUE, event_fd);
    struct timespec wall;
    clock_gettime(CLOCK_REALTIME, &wall);
    plane->wall_anchor = (double)wall.tv_sec + (double)wall.tv_nsec / 1e9 + NTP_UNIX_OFFSET -
                         (double)now_ns() / 1e9;
    plane->addresses.seed = (uint64_t)wall.tv_nsec * UINT64_C(0x9E3779B97F4A7C15) ^
                            (uint64_t)(uintptr_t)plane ^ (uint64_t)now_ns();
}

bool plane_keep(struct plane *plane, int fd) {
    void *shared = mmap(NULL, KEPT_OCTETS, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (shared == MAP_FAILED)
        return false;
    plane->kept = shared;
    plane->kept_fd = fd;
    plane->last_stream = plane->kept->last_stream;
    return true;
}

void plane_end(struct plane *plane) {
    for (uint32_t i = 0; i < plane->all.count; i++) {
        struct transport *t = plane->all.items[i];
        for (uint32_t n = 0; n < t->publications.count; n++)
            feed_seal(t->publications.items[n], "closed");
    }
    udp_flush(&plane->udp);
    capture_writer_stop(plane->captures);
    plane_captures_ended(plane);
}

void plane_free(struct plane *plane) {
    while (plane->all.count)
        transport_free(plane->all.items[0]);
    rooms_free(plane);
    capture_writer_free(plane->captures);
    id_free(&plane->transports);
    id_free(&plane->publications);
    id_free(&plane->slots);
    id_free(&plane->streams);
    address_free(&plane->addresses);
    list_free(&plane->all);
    if (plane->kept)
        munmap(plane->kept, KEPT_OCTETS);
    list_free(&plane->gathering);
    list_free(&plane->pacing);
    udp_close(&plane->udp);
    control_close(&plane->control);
}

void plane_captures_ended(struct plane *plane) {
    struct capture_end end;
    while (capture_next_end(plane->captures, &end)) {
        struct publication *p = id_find(&plane->publications, end.publication);
        /* One that ended by itself still belongs to its publication. */
        if (p && p->feed && p->feed->capture == end.capture && end.how != CAPTURE_SEALED)
            feed_seal(p, "");
        uint8_t message[32];
        struct writer w = {message};
        write8(&w, UP_CAPTURE_ENDED);
        write32(&w, end.publication);
        write32(&w, end.capture);
        write8(&w, (uint8_t)end.how);
        write64(&w, end.packets);
        write64(&w, end.octets);
        control_send(&plane->control, message, (size_t)(w.at - message), false);
    }
}

/* The server looks at checks that say something new and shakes hands; what it vouched for is
   ours. */
static void hand_up(struct plane *plane, const uint8_t *data, size_t length,
                    const struct address *from) {
    uint8_t head[24];
    struct writer w = {head};
    write8(&w, UP_DATAGRAM);
    write_octets(&w, from->host, sizeof from->host);
    write16(&w, from->port);
    control_send2(&plane->control, head, (size_t)(w.at - head), data, length, true);
}

/* A bare STUN request of a page that has not joined; anybody can send one, so they are counted. */
static bool is_probe(struct plane *plane, const uint8_t *data, size_t length) {
    static const uint8_t head[8] = {0, 1, 0, 0, 0x21, 0x12, 0xA4, 0x42};
    if (length != 20 || memcmp(data, head, sizeof head) != 0)
        return false;
    int64_t second = now_ns() / SECOND_NS;
    if (second != plane->probe_second) {
        plane->probe_second = second;
        plane->probes = 0;
    }
    return plane->probes++ < PROBES_PER_S;
}

void plane_datagram(void *context, uint8_t *data, size_t length, const struct address *from) {
    struct plane *plane = context;
    uint8_t first = data[0];
    /* RFC 7983. */
    if (first >= 128 && first <= 191) {
        struct transport *t = address_find(&plane->addresses, from);
        plane->now = now_ns();
        if (t)
            transport_receive(t, data, length, plane->now);
        else
            plane->strangers++;
    } else if (first < 4) {
        if (is_probe(plane, data, length)) {
            hand_up(plane, data, length, from);
            return;
        }
        enum check found = plane_check(plane, data, length, from);
        if (found == CHECK_IS_NEW)
            hand_up(plane, data, length, from);
        else if (found == CHECK_OF_NOBODY)
            plane->strangers++;
    } else if (first >= 20 && first <= 63) {
        if (address_find(&plane->addresses, from))
            hand_up(plane, data, length, from);
        else
            plane->strangers++;
    }
}
