/* reprise-plane: forwards the media of one server, which starts it and ends it. One that goes
   without ending it is waited for, when there is a socket to meet the next one at (away.c).

   reprise-plane --udp-fd N --control-fd N [--kept-fd N] [--meet-fd N] [--log-fd N]
                 [--watermark OCTETS] [--no-gso]
   reprise-plane --check    whether it runs on this machine at all

   What it says goes to the server; once that is gone, to the file behind --log-fd. */
#include "plane.h"

#include <errno.h>
#include <getopt.h>
#include <openssl/crypto.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MESSAGES_AT_ONCE = 256, GOODBYE_MS = 5000 };

struct options {
    int udp_fd, control_fd, kept_fd, meet_fd, log_fd;
    uint64_t watermark;
    bool has_gso;
};

static struct options read_options(int count, char **arguments) {
    struct options options = {-1, -1, -1, -1, -1, 0, true};
    static const struct option known[] = {
        {"udp-fd", required_argument, NULL, 'u'},
        {"control-fd", required_argument, NULL, 'c'},
        {"kept-fd", required_argument, NULL, 'k'},
        {"meet-fd", required_argument, NULL, 'm'},
        {"log-fd", required_argument, NULL, 'l'},
        {"watermark", required_argument, NULL, 'w'},
        {"no-gso", no_argument, NULL, 'g'},
        {"check", no_argument, NULL, 'n'},
        {0},
    };
    int found;
    while ((found = getopt_long(count, arguments, "", known, NULL)) != -1) {
        switch (found) {
        case 'u': options.udp_fd = atoi(optarg); break;
        case 'c': options.control_fd = atoi(optarg); break;
        case 'k': options.kept_fd = atoi(optarg); break;
        case 'm': options.meet_fd = atoi(optarg); break;
        case 'l': options.log_fd = atoi(optarg); break;
        case 'w': options.watermark = strtoull(optarg, NULL, 10); break;
        case 'g': options.has_gso = false; break;
        case 'n': exit(0);
        default: exit(2);
        }
    }
    if (options.udp_fd < 0 || options.control_fd < 0) {
        fputs("reprise-plane is started by reprise serve\n", stderr);
        exit(2);
    }
    return options;
}

/* SIGTERM seals what is open; Ctrl-C in a terminal is the server's business. */
static int open_signals(void) {
    sigset_t wanted;
    sigemptyset(&wanted);
    sigaddset(&wanted, SIGTERM);
    sigprocmask(SIG_BLOCK, &wanted, NULL);
    signal(SIGINT, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    return signalfd(-1, &wanted, SFD_NONBLOCK | SFD_CLOEXEC);
}

static void watch(int epoll, int how, int fd, uint32_t events) {
    struct epoll_event event = {.events = events, .data.fd = fd};
    if (epoll_ctl(epoll, how, fd, &event) < 0) {
        perror("reprise-plane: epoll_ctl");
        exit(3);
    }
}

static void take_commands(struct plane *plane) {
    static uint8_t buffer[CONTROL_MAX];
    plane_forward(plane, true);
    for (int i = 0; i < MESSAGES_AT_ONCE && !plane->is_ending; i++) {
        int length = control_receive(&plane->control, buffer);
        if (length == 0)
            break;
        if (length < 0) {
            plane->control.is_broken = true;
            break;
        }
        bool is_read = plane_command(plane, buffer, (size_t)length);
        if (buffer[0] == DOWN_KEYS || buffer[0] == DOWN_HOLD || buffer[0] == DOWN_BUNDLE)
            OPENSSL_cleanse(buffer, (size_t)length);
        if (!is_read) {
            fprintf(stderr, "reprise-plane: a message of type %u cannot be read\n", buffer[0]);
            exit(4);
        }
    }
    if (plane->is_sound_due)
        rooms_route(plane, now_ns());
    udp_flush(&plane->udp);
}

/* Until the server has heard everything or seems to be gone. */
static void say_goodbye(struct plane *plane) {
    int64_t until = now_ns() + GOODBYE_MS * MS_NS;
    while (plane->control.first && !plane->control.is_broken && now_ns() < until) {
        struct timespec pause = {0, 5 * MS_NS};
        nanosleep(&pause, NULL);
        control_flush(&plane->control);
    }
}

/* The server has gone, is back, or does not come back. */
static void look_for_server(struct plane *plane, int epoll, int listener, int log) {
    if (plane->alone_since_ns == 0 && plane->control.is_broken) {
        if (listener < 0) {
            plane->is_ending = true;
            return;
        }
        if (log >= 0)
            dup2(log, STDERR_FILENO); /* the pipe to the server ends nowhere now */
        plane_lost_server(plane); /* which closes the old socket */
        watch(epoll, EPOLL_CTL_ADD, listener, EPOLLIN);
    } else if (plane->alone_since_ns && now_ns() - plane->alone_since_ns > PLANE_ALONE_NS) {
        fputs("reprise-plane: no server has come back\n", stderr);
        plane->is_ending = true;
    }
}

static void take_in(struct plane *plane, int epoll, int listener) {
    if (!plane_meet_server(plane, listener))
        return;
    watch(epoll, EPOLL_CTL_DEL, listener, 0);
    watch(epoll, EPOLL_CTL_ADD, plane->control.fd, EPOLLIN);
}

int main(int count, char **arguments) {
    struct options options = read_options(count, arguments);
    if (options.meet_fd < 0)
        prctl(PR_SET_PDEATHSIG, SIGTERM);
    else if (listen(options.meet_fd, 1) < 0) {
        perror("reprise-plane: the socket to be met at");
        exit(3);
    }
    int signals = open_signals();
    int ended = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    static struct plane plane;
    plane_init(&plane, options.udp_fd, options.control_fd, ended, options.watermark,
               options.has_gso);
    if (options.kept_fd >= 0 && !plane_keep(&plane, options.kept_fd)) {
        perror("reprise-plane: the shared memory");
        exit(3);
    }
    watch(epoll, EPOLL_CTL_ADD, plane.udp.fd, EPOLLIN);
    watch(epoll, EPOLL_CTL_ADD, plane.control.fd, EPOLLIN);
    watch(epoll, EPOLL_CTL_ADD, ended, EPOLLIN);
    watch(epoll, EPOLL_CTL_ADD, signals, EPOLLIN);
    int64_t due = now_ns() + PLANE_TICK_NS;
    bool is_waiting_to_send = false;
    while (!plane.is_ending) {
        int64_t left = due - now_ns();
        if (plane.pacing.count && left > PLANE_PACE_NS)
            left = PLANE_PACE_NS;
        if (plane.gathering.count && left > PLANE_GATHER_NS)
            left = PLANE_GATHER_NS;
        struct epoll_event events[4];
        int found = epoll_wait(epoll, events, 4, left > 0 ? (int)((left + MS_NS - 1) / MS_NS) : 0);
        /* A mute comes before the packets that wait beside it. */
        for (int i = 0; i < found; i++)
            if (events[i].data.fd == plane.control.fd) {
                control_flush(&plane.control);
                take_commands(&plane);
            }
        for (int i = 0; i < found && !plane.is_ending; i++) {
            int fd = events[i].data.fd;
            uint64_t number;
            if (fd == plane.control.fd)
                continue;
            if (fd == options.meet_fd)
                take_in(&plane, epoll, fd);
            else if (fd == plane.udp.fd)
                udp_receive(&plane.udp, plane_datagram, &plane);
            else if (fd == signals)
                plane.is_ending = true;
            else if (read(ended, &number, sizeof number) > 0)
                plane_captures_ended(&plane);
        }
        plane_forward(&plane, false);
        int64_t now = now_ns();
        if (plane.pacing.count) {
            plane.now = now;
            downlink_pace(&plane, now);
        }
        udp_flush(&plane.udp);
        if (now >= due) {
            plane_tick(&plane);
            /* Late by more than one: do not catch up. */
            due = now - due > PLANE_TICK_NS ? now + PLANE_TICK_NS : due + PLANE_TICK_NS;
        }
        look_for_server(&plane, epoll, options.meet_fd, options.log_fd);
        if (plane.alone_since_ns) {
            is_waiting_to_send = false;
            continue;
        }
        bool must_wait = plane.control.first != NULL;
        if (must_wait != is_waiting_to_send) {
            is_waiting_to_send = must_wait;
            watch(epoll, EPOLL_CTL_MOD, plane.control.fd, EPOLLIN | (must_wait ? EPOLLOUT : 0u));
        }
    }
    plane_end(&plane);
    say_goodbye(&plane);
    plane_free(&plane);
    close(epoll);
    return 0;
}
