#include "udp.h"

#include <errno.h>
#include <netinet/udp.h>
#include <sys/uio.h>
#include <unistd.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif

enum { BUFFER_OCTETS = 4 * 1024 * 1024, BATCHES_AT_ONCE = 4, SEGMENTS = 32, LONGEST = 60000 };

/* ---- open and close --------------------------------------------------------------------- */

int udp_open(struct udp *udp, int fd, bool wants_gso) {
    memset(udp, 0, sizeof *udp);
    udp->fd = fd;
    struct sockaddr_storage where = {0};
    socklen_t length = sizeof where;
    struct address address;
    if (getsockname(fd, (struct sockaddr *)&where, &length) < 0)
        return errno;
    if (!address_from_socket(&where, &address))
        return EAFNOSUPPORT;
    udp->family = where.ss_family;
    udp->port = address.port;
    int octets = BUFFER_OCTETS, none = 0;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &octets, sizeof octets);
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &octets, sizeof octets);
    udp->has_gso = wants_gso && setsockopt(fd, IPPROTO_UDP, UDP_SEGMENT, &none, sizeof none) == 0;
    udp->pads = udp->has_gso;
    udp->packets = make(UDP_OUT_PACKETS * sizeof *udp->packets);
    udp->arena = make(UDP_OUT_OCTETS + MAX_DATAGRAM);
    udp->in = make(UDP_BATCH * sizeof *udp->in);
    return 0;
}

void udp_close(struct udp *udp) {
    if (udp->fd >= 0)
        close(udp->fd);
    udp->fd = -1;
    free(udp->packets);
    free(udp->arena);
    free(udp->in);
    list_free(&udp->waiting);
}

/* ---- in --------------------------------------------------------------------------------- */

void udp_receive(struct udp *udp, udp_handler *handle, void *context) {
    struct mmsghdr messages[UDP_BATCH];
    struct iovec parts[UDP_BATCH];
    struct sockaddr_storage from[UDP_BATCH];
    for (int turn = 0; turn < BATCHES_AT_ONCE; turn++) {
        for (int i = 0; i < UDP_BATCH; i++) {
            parts[i] = (struct iovec){udp->in[i], MAX_DATAGRAM};
            messages[i].msg_hdr = (struct msghdr){
                .msg_name = &from[i],
                .msg_namelen = sizeof from[i],
                .msg_iov = &parts[i],
                .msg_iovlen = 1,
            };
        }
        int count = recvmmsg(udp->fd, messages, UDP_BATCH, MSG_DONTWAIT, NULL);
        if (count <= 0)
            return; /* nothing more, or an ICMP error of an earlier packet */
        udp->received += (uint64_t)count;
        for (int i = 0; i < count; i++) {
            struct address address;
            bool is_whole = !(messages[i].msg_hdr.msg_flags & MSG_TRUNC);
            if (is_whole && messages[i].msg_len > 0 && address_from_socket(&from[i], &address))
                handle(context, udp->in[i], messages[i].msg_len, &address);
        }
        if (count < UDP_BATCH)
            return;
    }
}

/* ---- out -------------------------------------------------------------------------------- */

void destination_init(struct destination *d) {
    memset(d, 0, sizeof *d);
    d->first = d->last = -1;
}

uint8_t *udp_reserve(struct udp *udp) {
    if (udp->count == UDP_OUT_PACKETS || udp->used > UDP_OUT_OCTETS)
        udp_flush(udp);
    return udp->arena + udp->used;
}

void udp_commit(struct udp *udp, struct destination *d, size_t length) {
    if (d->length == 0)
        return;
    int32_t index = udp->count++;
    udp->packets[index] = (struct outgoing){udp->used, (uint16_t)length, -1};
    udp->used += (uint32_t)length;
    if (d->first < 0) {
        d->first = index;
        list_add(&udp->waiting, d);
    } else
        udp->packets[d->last].next = index;
    d->last = index;
}

/* Messages of one sendmmsg. */
struct batch {
    struct mmsghdr messages[UDP_BATCH];
    struct iovec parts[UDP_BATCH * SEGMENTS];
    union {
        struct cmsghdr align;
        uint8_t octets[CMSG_SPACE(sizeof(uint16_t))];
    } control[UDP_BATCH];
    struct destination *to[UDP_BATCH];
    unsigned count, parts_used;
};

static void send_singly(struct udp *udp, const struct msghdr *message) {
    for (size_t i = 0; i < message->msg_iovlen; i++) {
        const struct iovec *part = &message->msg_iov[i];
        if (sendto(udp->fd, part->iov_base, part->iov_len, MSG_DONTWAIT, message->msg_name,
                   message->msg_namelen) < 0)
            udp->dropped++;
        else
            udp->sent++;
    }
}

static void send_batch(struct udp *udp, struct batch *batch) {
    unsigned done = 0;
    while (done < batch->count) {
        int count = sendmmsg(udp->fd, batch->messages + done, batch->count - done, MSG_DONTWAIT);
        if (count > 0) {
            udp->messages += (unsigned)count;
            for (int i = 0; i < count; i++)
                udp->sent += batch->messages[done + (unsigned)i].msg_hdr.msg_iovlen;
            done += (unsigned)count;
            continue;
        }
        const struct msghdr *refused = &batch->messages[done].msg_hdr;
        if (errno == EINTR)
            continue;
        if (errno == EAGAIN || errno == ENOBUFS) {
            for (; done < batch->count; done++)
                udp->dropped += batch->messages[done].msg_hdr.msg_iovlen;
        } else if (refused->msg_controllen > 0) {
            /* No GSO here, or not for there: say it as single packets, now and from now on. */
            if (errno == EIO || errno == EOPNOTSUPP || errno == ENOPROTOOPT)
                udp->has_gso = false;
            else if (errno == EINVAL || errno == EMSGSIZE)
                batch->to[done]->is_single = true;
            send_singly(udp, refused);
            done++;
        } else {
            udp->dropped += refused->msg_iovlen;
            done++;
        }
    }
    batch->count = batch->parts_used = 0;
}

/* One message: a run of packets of equal length, the last of which may be shorter. */
static int32_t add_message(struct udp *udp, struct batch *batch, struct destination *d,
                           int32_t index) {
    struct iovec *parts = batch->parts + batch->parts_used;
    uint16_t size = udp->packets[index].length;
    size_t count = 0, octets = 0;
    bool is_last = false;
    while (index >= 0 && !is_last) {
        const struct outgoing *packet = &udp->packets[index];
        if (count > 0 && (!udp->has_gso || d->is_single || packet->length > size || count == SEGMENTS ||
                          octets + packet->length > LONGEST))
            break;
        parts[count++] = (struct iovec){udp->arena + packet->offset, packet->length};
        octets += packet->length;
        is_last = packet->length < size;
        index = packet->next;
    }
    struct msghdr *message = &batch->messages[batch->count].msg_hdr;
    *message = (struct msghdr){
        .msg_name = &d->where,
        .msg_namelen = d->length,
        .msg_iov = parts,
        .msg_iovlen = count,
    };
    if (count > 1) {
        message->msg_control = batch->control[batch->count].octets;
        message->msg_controllen = sizeof batch->control[0].octets;
        struct cmsghdr *control = CMSG_FIRSTHDR(message);
        control->cmsg_level = IPPROTO_UDP;
        control->cmsg_type = UDP_SEGMENT;
        control->cmsg_len = CMSG_LEN(sizeof size);
        memcpy(CMSG_DATA(control), &size, sizeof size);
    }
    batch->to[batch->count] = d;
    batch->parts_used += (unsigned)count;
    batch->count++;
    return index;
}

void udp_flush(struct udp *udp) {
    if (udp->count == 0)
        return;
    static struct batch batch;
    batch.count = batch.parts_used = 0;
    for (uint32_t i = 0; i < udp->waiting.count; i++) {
        struct destination *d = udp->waiting.items[i];
        for (int32_t index = d->first; index >= 0;) {
            index = add_message(udp, &batch, d, index);
            if (batch.count == UDP_BATCH)
                send_batch(udp, &batch);
        }
        d->first = d->last = -1;
    }
    send_batch(udp, &batch);
    udp->waiting.count = 0;
    udp->count = 0;
    udp->used = 0;
}

void udp_send(struct udp *udp, const struct address *to, const uint8_t *data, size_t length) {
    struct sockaddr_storage where;
    socklen_t size = address_to_socket(to, udp->family, &where);
    if (size == 0 ||
        sendto(udp->fd, data, length, MSG_DONTWAIT, (struct sockaddr *)&where, size) < 0)
        udp->dropped++;
    else
        udp->sent++;
}
