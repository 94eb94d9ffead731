#include "control.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

struct queued {
    struct queued *next;
    size_t length;
    uint8_t data[];
};

void control_open(struct control *c, int fd) {
    *c = (struct control){.fd = fd};
    int octets = 1024 * 1024;
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &octets, sizeof octets);
}

void control_close(struct control *c) {
    while (c->first) {
        struct queued *next = c->first->next;
        free(c->first);
        c->first = next;
    }
    close(c->fd);
    c->fd = -1;
}

static bool try_send(struct control *c, struct iovec *parts, size_t count) {
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = count};
    while (sendmsg(c->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL) < 0) {
        if (errno == EINTR)
            continue;
        if (errno != EAGAIN && errno != ENOBUFS)
            c->is_broken = true;
        return false;
    }
    return true;
}

void control_send2(struct control *c, const uint8_t *head, size_t head_length, const uint8_t *rest,
                   size_t rest_length, bool may_drop) {
    struct iovec parts[2] = {{(void *)head, head_length}, {(void *)rest, rest_length}};
    if (c->is_broken || (c->first == NULL && try_send(c, parts, 2)))
        return;
    size_t length = head_length + rest_length;
    if (may_drop && c->queued > CONTROL_SOFT) {
        c->dropped++;
        return;
    }
    if (c->queued > CONTROL_HARD) {
        c->is_broken = true;
        return;
    }
    struct queued *entry = make(sizeof *entry + length);
    entry->length = length;
    memcpy(entry->data, head, head_length);
    if (rest_length)
        memcpy(entry->data + head_length, rest, rest_length);
    c->queued += length;
    if (c->last)
        c->last->next = entry;
    else
        c->first = entry;
    c->last = entry;
}

void control_send(struct control *c, const uint8_t *message, size_t length, bool may_drop) {
    control_send2(c, message, length, NULL, 0, may_drop);
}

void control_flush(struct control *c) {
    while (c->first) {
        struct iovec part = {c->first->data, c->first->length};
        if (!try_send(c, &part, 1))
            return;
        struct queued *next = c->first->next;
        c->queued -= c->first->length;
        free(c->first);
        c->first = next;
        if (next == NULL)
            c->last = NULL;
    }
}

int control_receive(struct control *c, uint8_t *buffer) {
    for (;;) {
        ssize_t length = recv(c->fd, buffer, CONTROL_MAX, MSG_DONTWAIT);
        if (length > 0)
            return (int)length;
        if (length < 0 && errno == EINTR)
            continue;
        if (length < 0 && errno == EAGAIN)
            return 0;
        return -1;
    }
}
