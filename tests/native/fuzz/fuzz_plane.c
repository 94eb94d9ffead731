/* A class of two, and a list of things that happen in it: packets of an authentic but hostile
   peer, datagrams of strangers, commands, ticks.

   Input: u8 what, u16 length, so many octets; again and again. What leads out of the process (a
   capture's path, a datagram to anywhere) is left out; the socket is bound to the loopback
   address, from which the kernel sends nothing elsewhere. */
#include "octets.h"
#include "plane.h"

#include <arpa/inet.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { RTP, RTCP, SEALED, STRANGER, COMMAND, TICK, LATER, KINDS };

/* Somebody with a camera in two layers, a microphone, and a place for each. */
static const uint8_t opening[][96] = {
    {1, DOWN_TRANSPORT, 1, 0, 0, 0, 1, 2, 3, 4, 5},
    {1, DOWN_TRANSPORT, 2, 0, 0, 0, 1, 2, 3, 4, 5},
    {1, DOWN_PUBLICATION, 1, 0, 0, 0, 3, 0, 0, 0, 1, 1, '1', 2, 96, 1, 102, 2, 1, 97, 2, 1, 'q', 0,
     1, 'f', 2, 1, 9, 0, 0, 0, 1, 10, 0, 0, 0, 9, 0, 0, 0},
    {1, DOWN_PUBLICATION, 1, 0, 0, 0, 4, 0, 0, 0, 2, 1, '0', 1, 111, 0, 0, 0, 0, 0},
    {1, DOWN_SLOT, 2, 0, 0, 0, 5, 0, 0, 0, 1, 7, 0, 0, 0, 8, 0, 0, 0, 1, 0, 6, 1, '7', 1, 'c', 2, 1,
     96, 97, 2, 102, 0},
    {1, DOWN_SLOT, 2, 0, 0, 0, 6, 0, 0, 0, 3, 11, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1, '8', 1, 'c', 1, 0,
     111, 0},
    {1, DOWN_GATE, 3, 0, 0, 0, 1, 1, 0, 0, 0, 0},
    {1, DOWN_GATE, 4, 0, 0, 0, 1, 1, 0, 0, 0, 0},
    {1, DOWN_LISTEN, 4, 0, 0, 0, 1},
    {1, DOWN_PLACE, 1, 0, 0, 0, 1, 0, 0, 0, 21, 0, 0, 0},
    {1, DOWN_PLACE, 2, 0, 0, 0, 1, 0, 0, 0, 22, 0, 0, 0},
    {1, DOWN_CHECKS, 1, 0, 0, 0, 2, 'u', '1'},
};
static const uint8_t lengths[] = {10, 10, 40, 19, 32, 29, 11, 11, 6, 13, 13, 8};

static void command(struct plane *plane, const uint8_t *data, size_t size) {
    if (size && (data[0] == DOWN_CAPTURE || data[0] == DOWN_DATAGRAM || data[0] == DOWN_END))
        return;
    uint8_t *exact = need(malloc(size + 1));
    memcpy(exact, data, size);
    plane_command(plane, exact, size);
    free(exact);
}

static void connect_all(struct plane *plane) {
    for (uint8_t id = 1; id <= 2; id++) {
        uint8_t keys[6 + 56] = {DOWN_KEYS, id, 0, 0, 0, SRTP_AEAD_AES_128_GCM};
        uint8_t where[24] = {DOWN_ADDRESS, id, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                             0xFF, 0xFF, 127, 0, 0, 1, 9, id, 2};
        plane_command(plane, where, sizeof where);
        plane_command(plane, keys, sizeof keys);
    }
}

/* A slot shows whatever stream has come last. */
static void show_all(struct plane *plane) {
    for (uint8_t slot = 5; slot <= 6; slot++)
        for (uint32_t stream = 1; stream <= plane->last_stream && stream < 40; stream++) {
            uint8_t show[9] = {DOWN_SHOW, slot, 0, 0, 0, (uint8_t)stream};
            struct stream *found = id_find(&plane->streams, stream);
            if (found && found->is_video == (slot == 5))
                plane_command(plane, show, sizeof show);
        }
}

static void happen(struct plane *plane, unsigned what, const uint8_t *data, size_t size) {
    struct transport *t = id_find(&plane->transports, 1 + what / KINDS % 2);
    struct address stranger = {.port = 9};
    uint8_t *exact = need(malloc(size + 1));
    memcpy(exact, data, size);
    switch (what % KINDS) {
    case RTP:
        if (t && size >= RTP_HEADER)
            transport_receive_rtp(t, exact, size, now_ns());
        /* Or more comes in the same batch. */
        if (what < 0x80) {
            plane_forward(plane, true);
            show_all(plane);
        }
        break;
    case RTCP:
        if (t)
            transport_receive_rtcp(t, exact, size, now_ns());
        break;
    case SEALED:
        if (t)
            transport_receive(t, exact, size, now_ns());
        break;
    case STRANGER:
        if (size)
            plane_datagram(plane, exact, size, &stranger);
        break;
    case COMMAND:
        plane_forward(plane, true);
        command(plane, data, size);
        break;
    case TICK:
        plane_forward(plane, false);
        plane_tick(plane);
        break;
    default:
        for (int i = 0; i < 50; i++)
            plane_tick(plane);
    }
    free(exact);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct plane plane;
    int pair[2];
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int udp = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    int ended = eventfd(0, EFD_NONBLOCK);
    if (udp < 0 || ended < 0 || bind(udp, (struct sockaddr *)&here, sizeof here) < 0 ||
        socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) < 0)
        abort();
    plane_init(&plane, udp, pair[0], ended, 0, true);
    close(pair[1]); /* nobody listens */
    for (size_t i = 0; i < sizeof lengths; i++)
        if (!plane_command(&plane, opening[i] + 1, lengths[i]))
            abort();
    connect_all(&plane);
    while (size >= 3) {
        size_t length = (size_t)data[1] | (size_t)(data[2] & 7) << 8;
        unsigned what = data[0];
        data += 3;
        size -= 3;
        if (length > size)
            length = size;
        happen(&plane, what, data, length);
        data += length;
        size -= length;
    }
    plane_end(&plane);
    plane_free(&plane);
    close(ended);
    return 0;
}
