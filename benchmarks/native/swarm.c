/* The swarm's loop, and the commands it obeys: one message a line of words, over the
   SOCK_SEQPACKET socket whose number is the only argument.

   peer ID PROFILE SENDING RECEIVING CHECK TWCC RTX   with the connected socket beside it
   source PEER v|a SSRC TYPE FRAMES PACKETS OCTETS MID_ID MID TWCC_ID LEVEL_ID LEVEL  → its number
   film SOURCE                      with the file beside it: what it sends from now on
   shape SOURCE FRAMES PACKETS      frames a second (0: none), packets a frame
   send 0|1                         all sources
   check N                          decrypt one packet of N
   clear                            counters and times
   room PEER ROOM                   for `heard`: whom it is to hear, and be heard by
   since                            from now on for `heard`
   report, keyframes, heard, sinks  → JSON

   It looks at its sockets every millisecond instead of waiting for them: the server then wakes
   nobody up with a packet, as it would not over a network. */
#include "swarm.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <signal.h>
#include <unistd.h>

enum { EVENTS = 256, LONGEST_MESSAGE = 1 << 20 };
#define LOOK_NS MS_NS

static struct swarm swarm;
static int control, epoll;

int64_t wall_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * SECOND_NS + t.tv_nsec;
}

struct peer *find_peer(struct swarm *s, uint32_t id) {
    for (uint32_t i = 0; i < s->peers.count; i++) {
        struct peer *p = s->peers.items[i];
        if (p->id == id)
            return p;
    }
    return NULL;
}

static void fail(const char *what) {
    fprintf(stderr, "swarm: %s\n", what);
    exit(2);
}

/* ---- answers ---------------------------------------------------------------------------- */

static char answer[LONGEST_MESSAGE];
static size_t answer_length;

__attribute__((format(printf, 1, 2))) static void say(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(answer + answer_length, sizeof answer - answer_length, format, arguments);
    va_end(arguments);
    answer_length += (size_t)length;
    if (answer_length >= sizeof answer)
        fail("an answer is too long");
}

static void hand_in(void) {
    if (send(control, answer, answer_length, MSG_NOSIGNAL) < 0)
        exit(0); /* nobody is there any more */
    answer_length = 0;
}

static void say_report(void) {
    const struct counters *c = &swarm.counters;
    say("{\"video\":%" PRIu64 ",\"audio\":%" PRIu64 ",\"recovered\":%" PRIu64 ",\"bad\":%" PRIu64
        ",\"undecryptable\":%" PRIu64 ",\"repeated\":%" PRIu64,
        c->video, c->audio, c->recovered, c->bad, c->undecryptable, c->repeated);
    say(",\"nacks\":%" PRIu64 ",\"plis\":%" PRIu64 ",\"feedback\":%" PRIu64
        ",\"asked_again\":%" PRIu64 ",\"plis_wanted\":%" PRIu64 ",\"feedback_received\":%" PRIu64,
        c->nacks, c->plis, c->feedback, c->asked_again, c->plis_wanted, c->feedback_received);
    say(",\"latency_us\":[%.1f,%.1f],\"checked\":%" PRIu64 ",\"sent\":{",
        histogram_at(&swarm.latency, 0.5) / 1e3, histogram_at(&swarm.latency, 0.99) / 1e3,
        swarm.latency.count);
    for (uint32_t i = 0; i < swarm.source_count; i++)
        say("%s\"%u\":%" PRIu64, i ? "," : "", i + 1, swarm.sources[i]->sent);
    say("}}");
}

static void say_keyframes(void) {
    const char *comma = "";
    say("[");
    for (uint32_t i = 0; i < swarm.peers.count; i++) {
        const struct peer *p = swarm.peers.items[i];
        for (uint32_t n = 0; n < p->sink_count; n++)
            if (p->sinks[n].key_ns) {
                say("%s[%u,%" PRId64 "]", comma, p->id, p->sinks[n].key_ns);
                comma = ",";
            }
    }
    say("]");
}

static void say_heard(void) {
    const char *comma = "";
    say("[");
    for (uint32_t i = 0; i < swarm.peers.count; i++) {
        const struct peer *p = swarm.peers.items[i];
        for (uint32_t n = 0; n < p->heard_count; n++)
            if (p->heard[n].sent_ns > swarm.sources[p->heard[n].source - 1]->outside_ns) {
                say("%s[%u,%u,%" PRId64 "]", comma, p->id, p->heard[n].source,
                    p->heard[n].first_ns);
                comma = ",";
            }
    }
    say("]");
}

static void say_sinks(void) {
    const char *comma = "";
    say("[");
    for (uint32_t i = 0; i < swarm.peers.count; i++) {
        const struct peer *p = swarm.peers.items[i];
        for (uint32_t n = 0; n < p->sink_count; n++) {
            say("%s[%u,%u,%d]", comma, p->id, p->sinks[n].source, p->sinks[n].is_video);
            comma = ",";
        }
    }
    say("]");
}

/* ---- commands --------------------------------------------------------------------------- */

static const char *word(char **rest) {
    const char *found = strsep(rest, " ");
    if (found == NULL)
        fail("a command is too short");
    return found;
}

static uint32_t number(char **rest) { return (uint32_t)strtoul(word(rest), NULL, 10); }

static size_t octets(char **rest, uint8_t *out, size_t room) {
    const char *text = word(rest);
    size_t length = strlen(text) / 2;
    if (length > room)
        fail("a value is too long");
    for (size_t i = 0; i < length; i++) {
        const char pair[3] = {text[2 * i], text[2 * i + 1], 0};
        out[i] = (uint8_t)strtoul(pair, NULL, 16);
    }
    return length;
}

static void add_peer(char *rest, int fd) {
    uint8_t sending[64], receiving[64];
    uint32_t id = number(&rest);
    int profile = (int)number(&rest);
    octets(&rest, sending, sizeof sending);
    octets(&rest, receiving, sizeof receiving);
    if (fd < 0)
        fail("a peer without its socket");
    struct peer *p = peer_new(&swarm, id, fd, profile, sending, receiving);
    p->check_length = octets(&rest, p->check, sizeof p->check);
    p->twcc_extension = (uint8_t)number(&rest);
    p->rtx_type = (uint8_t)number(&rest);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = p};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0)
        fail("epoll_ctl");
}

static void shape(struct source *s, uint32_t frames, uint32_t packets) {
    s->interval_ns = frames ? SECOND_NS / frames : 0;
    s->packets_a_frame = packets;
    /* Apart from each other, as people are. */
    s->due_ns = now_ns() + (int64_t)(s->id * 2654435761u % 1000) * s->interval_ns / 1000;
}

static void add_source(char *rest) {
    struct peer *p = find_peer(&swarm, number(&rest));
    struct source *s = p ? source_new(&swarm, p) : NULL;
    if (s == NULL)
        fail("a source without its peer");
    s->is_video = *word(&rest) == 'v';
    s->ssrc = number(&rest);
    s->payload_type = (uint8_t)number(&rest);
    uint32_t frames = number(&rest), packets = number(&rest);
    s->octets = number(&rest);
    s->mid_extension = (uint8_t)number(&rest);
    snprintf(s->mid, sizeof s->mid, "%s", word(&rest));
    s->twcc_extension = (uint8_t)number(&rest);
    s->level_extension = (uint8_t)number(&rest);
    s->level = (uint8_t)number(&rest);
    shape(s, frames, packets);
    say("%u", s->id);
}

static void clear(void) {
    swarm.counters = (struct counters){0};
    memset(&swarm.latency, 0, sizeof swarm.latency);
    for (uint32_t i = 0; i < swarm.source_count; i++)
        swarm.sources[i]->sent = 0;
}

static void since(void) {
    int64_t now = wall_ns();
    for (uint32_t i = 0; i < swarm.peers.count; i++) {
        struct peer *p = swarm.peers.items[i];
        p->heard_count = 0;
        p->since_ns = now;
    }
}

static void obey(char *message, int fd) {
    char *rest = message;
    const char *verb = word(&rest);
    if (strcmp(verb, "peer") == 0)
        add_peer(rest, fd);
    else if (strcmp(verb, "source") == 0)
        add_source(rest);
    else if (strcmp(verb, "shape") == 0) {
        uint32_t id = number(&rest), frames = number(&rest), packets = number(&rest);
        if (id == 0 || id > swarm.source_count)
            fail("no such source");
        shape(swarm.sources[id - 1], frames, packets);
    } else if (strcmp(verb, "film") == 0) {
        uint32_t id = number(&rest);
        if (id == 0 || id > swarm.source_count || !source_read_film(swarm.sources[id - 1], fd))
            fail("no such source, or no film");
        swarm.has_film = true;
    } else if (strcmp(verb, "room") == 0) {
        struct peer *p = find_peer(&swarm, number(&rest));
        if (p == NULL)
            fail("no such peer");
        p->room = number(&rest);
    } else if (strcmp(verb, "send") == 0)
        swarm.is_sending = number(&rest) != 0;
    else if (strcmp(verb, "check") == 0)
        swarm.check_every = number(&rest);
    else if (strcmp(verb, "clear") == 0)
        clear();
    else if (strcmp(verb, "since") == 0)
        since();
    else if (strcmp(verb, "report") == 0)
        say_report();
    else if (strcmp(verb, "keyframes") == 0)
        say_keyframes();
    else if (strcmp(verb, "heard") == 0)
        say_heard();
    else if (strcmp(verb, "sinks") == 0)
        say_sinks();
    else
        fail("an unknown command");
    /* Every command is answered, so that whoever asked knows it is done. */
    if (answer_length == 0)
        say("null");
    hand_in();
}

static void take_commands(void) {
    static char message[8192];
    for (;;) {
        union {
            struct cmsghdr align;
            uint8_t octets[CMSG_SPACE(sizeof(int))];
        } beside;
        struct iovec part = {message, sizeof message - 1};
        struct msghdr header = {
            .msg_iov = &part,
            .msg_iovlen = 1,
            .msg_control = &beside,
            .msg_controllen = sizeof beside,
        };
        ssize_t length = recvmsg(control, &header, MSG_DONTWAIT);
        if (length < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (length <= 0)
            exit(0);
        message[length] = 0;
        int fd = -1;
        struct cmsghdr *c = CMSG_FIRSTHDR(&header);
        if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS)
            memcpy(&fd, CMSG_DATA(c), sizeof fd);
        obey(message, fd);
    }
}

/* ---- the loop --------------------------------------------------------------------------- */

static void look(void) {
    struct epoll_event events[EVENTS];
    int found;
    do {
        found = epoll_wait(epoll, events, EVENTS, 0);
        for (int i = 0; i < found; i++)
            peer_receive(&swarm, events[i].data.ptr);
    } while (found == EVENTS);
}

int main(int count, char **arguments) {
    if (count != 2)
        fail("is started by bench_media.py");
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_TIMERSLACK, 1000UL);
    control = atoi(arguments[1]);
    struct rlimit files = {65536, 65536};
    if (setrlimit(RLIMIT_NOFILE, &files) < 0 && getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    epoll = epoll_create1(EPOLL_CLOEXEC);
    swarm.check_every = 1;
    for (uint32_t i = 0; i < sizeof swarm.pattern; i++)
        swarm.pattern[i] = (uint8_t)(i % PATTERN_OCTETS * 2654435761u >> 13);
    for (;;) {
        take_commands();
        int64_t now = now_ns(), next = now + LOOK_NS;
        for (uint32_t i = 0; swarm.is_sending && i < swarm.source_count; i++) {
            int64_t due = source_tick(&swarm, swarm.sources[i], now);
            if (due < next)
                next = due;
        }
        look();
        now = now_ns();
        for (uint32_t i = 0; i < swarm.peers.count; i++)
            peer_tick(&swarm, swarm.peers.items[i], now);
        int64_t left = next - now_ns();
        if (!swarm.is_sending)
            left = 10 * LOOK_NS;
        if (left > 0) {
            struct timespec pause = {0, left};
            nanosleep(&pause, NULL);
        }
    }
}
