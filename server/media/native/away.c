/* The server has gone without a word, and the class goes on.

   Nothing is decided here: what was open stays open and goes where it went, and what nobody can
   answer for any more (captures, sound handed up) ends. Transports are *held*: their checks are
   answered here, since the server that comes next knows none of their passwords. It finds this
   process by its socket, is lent the UDP socket and the shared memory, hears whose transports are
   held, and closes each when its page has come back. Without a server the process ends by itself. */
#include "plane.h"

#include "octets.h"

#include <errno.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

void plane_lost_server(struct plane *plane) {
    control_close(&plane->control);
    plane->control.is_broken = true; /* nothing is sent, nothing is queued */
    plane->alone_since_ns = now_ns();
    plane->held = plane->all.count;
    for (uint32_t i = 0; i < plane->all.count; i++) {
        struct transport *t = plane->all.items[i];
        t->is_held = true;
        for (uint32_t n = 0; n < t->publications.count; n++) {
            struct publication *p = t->publications.items[n];
            p->is_heard = false;
            feed_seal(p, "server_away");
        }
    }
    char at[32] = "";
    time_t seconds = time(NULL);
    struct tm parts;
    if (gmtime_r(&seconds, &parts))
        strftime(at, sizeof at, "%Y-%m-%dT%H:%M:%SZ", &parts);
    fprintf(stderr, "%s reprise-plane %d: the server has gone; %u transports go on\n", at,
            (int)getpid(), plane->held);
}

/* ---- meeting the next one ---------------------------------------------------------------- */

static bool is_ours(int fd) {
    struct ucred who;
    socklen_t length = sizeof who;
    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &length) == 0 && who.uid == geteuid();
}

/* The first message, with the descriptors. */
static bool lend(struct plane *plane, int fd) {
    uint8_t data[8];
    struct writer w = {data};
    write8(&w, UP_LENT);
    write32(&w, plane->held);
    int lent[2] = {plane->udp.fd, plane->kept_fd};
    union {
        struct cmsghdr head;
        char room[CMSG_SPACE(sizeof lent)];
    } beside = {0};
    struct iovec part = {data, (size_t)(w.at - data)};
    struct msghdr message = {
        .msg_iov = &part,
        .msg_iovlen = 1,
        .msg_control = beside.room,
        .msg_controllen = sizeof beside.room,
    };
    struct cmsghdr *head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(sizeof lent);
    memcpy(CMSG_DATA(head), lent, sizeof lent);
    return sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL) > 0;
}

bool plane_meet_server(struct plane *plane, int listener) {
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0)
        return false;
    if (!is_ours(fd) || !lend(plane, fd)) {
        close(fd);
        return false;
    }
    control_open(&plane->control, fd);
    plane->alone_since_ns = 0;
    for (uint32_t i = 0; i < plane->all.count; i++) {
        const struct transport *t = plane->all.items[i];
        uint8_t head[8];
        struct writer w = {head};
        write8(&w, UP_HELD);
        write32(&w, t->id);
        control_send2(&plane->control, head, (size_t)(w.at - head), t->memo, t->memo_length,
                      false);
    }
    return true;
}
