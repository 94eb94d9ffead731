#include "capture.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { HEAD = 13, FLUSH_OCTETS = 64 * 1024, OPEN = 0, ABORT = 255 };

struct capture_file {
    struct capture_writer *writer;
    uint32_t publication, capture;
    int64_t origin_ns;
    bool is_full; /* the loop's: no more records are taken */
    /* The rest is the thread's. */
    char *path;
    int fd;
    bool has_ended; /* by itself; memory stays until the owner seals */
    uint64_t packets, octets;
    size_t buffered;
    uint8_t *buffer;
    struct capture_file *next;
};

/* A record on its way; `kind` may be OPEN or ABORT as well. */
struct record {
    struct record *next;
    struct capture_file *file;
    uint8_t kind;
    int64_t arrival_ns;
    size_t length;
    uint8_t body[];
};

struct end_entry {
    struct end_entry *next;
    struct capture_end end;
};

struct capture_writer {
    uint64_t watermark;
    size_t limit;
    int event_fd;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool is_closing, is_stopped;
    size_t waiting; /* octets */
    struct record *first, *last;
    struct end_entry *ends, *last_end;
    struct capture_file *files; /* the thread's */
};

/* ---- checksum ---------------------------------------------------------------------------- */

static uint32_t crc_table[256];

static void make_crc_table(void) {
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t value = i;
        for (int bit = 0; bit < 8; bit++)
            value = value & 1 ? value >> 1 ^ UINT32_C(0xEDB88320) : value >> 1;
        crc_table[i] = value;
    }
}

uint32_t capture_crc(uint32_t before, const uint8_t *data, size_t length) {
    if (crc_table[1] == 0)
        make_crc_table();
    uint32_t crc = ~before;
    for (size_t i = 0; i < length; i++)
        crc = crc_table[(crc ^ data[i]) & 0xFF] ^ crc >> 8;
    return ~crc;
}

static void put_little(uint8_t *out, uint64_t value, size_t length) {
    for (size_t i = 0; i < length; i++)
        out[i] = (uint8_t)(value >> (8 * i));
}

/* ---- the loop's side --------------------------------------------------------------------- */

static void enqueue(struct capture_file *file, uint8_t kind, int64_t arrival_ns,
                    const uint8_t *head, size_t head_length, const uint8_t *rest,
                    size_t rest_length) {
    struct capture_writer *writer = file->writer;
    size_t length = head_length + rest_length;
    struct record *record = need(malloc(sizeof *record + length));
    record->next = NULL;
    record->file = file;
    record->kind = kind;
    record->arrival_ns = arrival_ns > 0 ? arrival_ns : 0;
    record->length = length;
    if (head_length)
        memcpy(record->body, head, head_length);
    if (rest_length)
        memcpy(record->body + head_length, rest, rest_length);
    pthread_mutex_lock(&writer->lock);
    writer->waiting += length + sizeof *record;
    if (writer->last)
        writer->last->next = record;
    else
        writer->first = record;
    writer->last = record;
    if (kind == CAPTURE_END)
        pthread_cond_signal(&writer->wake); /* others may wait for the whole file */
    pthread_mutex_unlock(&writer->lock);
}

struct capture_file *capture_open(struct capture_writer *writer, uint32_t publication,
                                  uint32_t capture, int64_t origin_ns, const char *path,
                                  const uint8_t *header, size_t header_length) {
    struct capture_file *file = make(sizeof *file);
    file->writer = writer;
    file->publication = publication;
    file->capture = capture;
    file->origin_ns = origin_ns;
    file->path = need(strdup(path));
    file->fd = -1;
    enqueue(file, OPEN, 0, header, header_length, NULL, 0);
    return file;
}

void capture_add(struct capture_file *file, enum capture_kind kind, int64_t arrival_ns,
                 const uint8_t *head, size_t head_length, const uint8_t *rest,
                 size_t rest_length) {
    struct capture_writer *writer = file->writer;
    if (file->is_full)
        return;
    pthread_mutex_lock(&writer->lock);
    bool is_over = writer->waiting > writer->limit;
    pthread_mutex_unlock(&writer->lock);
    if (is_over) {
        file->is_full = true;
        enqueue(file, ABORT, 0, NULL, 0, NULL, 0);
        return;
    }
    enqueue(file, (uint8_t)kind, arrival_ns - file->origin_ns, head, head_length, rest,
            rest_length);
}

void capture_seal(struct capture_file *file, const char *reason) {
    enqueue(file, CAPTURE_END, now_ns() - file->origin_ns, (const uint8_t *)reason, strlen(reason),
            NULL, 0);
}

bool capture_next_end(struct capture_writer *writer, struct capture_end *end) {
    pthread_mutex_lock(&writer->lock);
    struct end_entry *entry = writer->ends;
    if (entry) {
        writer->ends = entry->next;
        if (writer->ends == NULL)
            writer->last_end = NULL;
        *end = entry->end;
    }
    pthread_mutex_unlock(&writer->lock);
    free(entry);
    return entry != NULL;
}

/* ---- the thread's side ------------------------------------------------------------------- */

static void report(struct capture_file *file, enum capture_how how) {
    struct capture_writer *writer = file->writer;
    struct end_entry *entry = make(sizeof *entry);
    entry->end = (struct capture_end){file->publication, file->capture, how, file->packets,
                                      file->octets};
    pthread_mutex_lock(&writer->lock);
    if (writer->last_end)
        writer->last_end->next = entry;
    else
        writer->ends = entry;
    writer->last_end = entry;
    pthread_mutex_unlock(&writer->lock);
    uint64_t one = 1;
    if (write(writer->event_fd, &one, sizeof one) < 0) {
        /* Full: it is readable already. */
    }
}

static void fail(struct capture_file *file, enum capture_how how) {
    if (file->has_ended)
        return;
    file->has_ended = true;
    if (how != CAPTURE_OVERFLOW)
        fprintf(stderr, "reprise-plane: capture %s: %s\n", file->path,
                how == CAPTURE_DISK_FULL ? "the disk is full" : strerror(errno));
    if (file->fd >= 0)
        close(file->fd);
    file->fd = -1;
    report(file, how);
}

static bool write_all(int fd, const uint8_t *data, size_t length) {
    while (length > 0) {
        ssize_t done = write(fd, data, length);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return false;
        data += done;
        length -= (size_t)done;
    }
    return true;
}

static void flush(struct capture_file *file) {
    if (file->has_ended || file->buffered == 0)
        return;
    if (write_all(file->fd, file->buffer, file->buffered))
        file->buffered = 0;
    else
        fail(file, errno == ENOSPC || errno == EDQUOT ? CAPTURE_DISK_FULL : CAPTURE_IO_ERROR);
}

static void append(struct capture_file *file, const uint8_t *data, size_t length) {
    while (length > 0 && !file->has_ended) {
        size_t part = FLUSH_OCTETS - file->buffered;
        if (part > length)
            part = length;
        memcpy(file->buffer + file->buffered, data, part);
        file->buffered += part;
        data += part;
        length -= part;
        if (file->buffered == FLUSH_OCTETS)
            flush(file);
    }
}

static bool is_space_left(const struct capture_file *file) {
    /* The nearest folder that exists. */
    char folder[4096];
    snprintf(folder, sizeof folder, "%s", file->path);
    for (;;) {
        char *slash = strrchr(folder, '/');
        if (slash == NULL || slash == folder)
            return true;
        *slash = 0;
        struct statvfs space;
        if (statvfs(folder, &space) == 0)
            return (uint64_t)space.f_bavail * space.f_frsize >= file->writer->watermark;
        if (errno != ENOENT)
            return true;
    }
}

static void make_folders(const char *path) {
    char folder[4096];
    snprintf(folder, sizeof folder, "%s", path);
    for (char *slash = folder + 1; (slash = strchr(slash, '/')) != NULL; slash++) {
        *slash = 0;
        mkdir(folder, 0777);
        *slash = '/';
    }
}

static void begin(struct capture_file *file, const uint8_t *header, size_t length) {
    file->next = file->writer->files;
    file->writer->files = file;
    file->buffer = need(malloc(FLUSH_OCTETS));
    if (!is_space_left(file)) {
        fail(file, CAPTURE_DISK_FULL);
        return;
    }
    make_folders(file->path);
    /* A capture id is used once; writing over an older file would lose a class. */
    file->fd = open(file->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file->fd < 0) {
        fail(file, errno == ENOSPC ? CAPTURE_DISK_FULL : CAPTURE_IO_ERROR);
        return;
    }
    uint8_t number[4];
    append(file, (const uint8_t *)"RPRC\x01\x00", 6);
    put_little(number, length, 4);
    append(file, number, 4);
    append(file, header, length);
    put_little(number, capture_crc(0, header, length), 4);
    append(file, number, 4);
}

static void write_record(struct capture_file *file, uint8_t kind, int64_t arrival_ns,
                         const uint8_t *body, size_t length) {
    uint8_t head[HEAD], number[4];
    head[0] = kind;
    put_little(head + 1, length, 4);
    put_little(head + 5, (uint64_t)arrival_ns, 8);
    append(file, head, HEAD);
    append(file, body, length);
    put_little(number, capture_crc(capture_crc(0, head, HEAD), body, length), 4);
    append(file, number, 4);
}

static void forget(struct capture_file *file) {
    struct capture_file **at = &file->writer->files;
    while (*at != file)
        at = &(*at)->next;
    *at = file->next;
    if (file->fd >= 0)
        close(file->fd);
    free(file->path);
    free(file->buffer);
    free(file);
}

static void finish(struct capture_file *file, const struct record *record) {
    if (!file->has_ended) {
        char body[256];
        int length = snprintf(body, sizeof body,
                              "{\"packets\":%llu,\"octets\":%llu,\"reason\":\"%.*s\"}",
                              (unsigned long long)file->packets, (unsigned long long)file->octets,
                              (int)(record->length < 64 ? record->length : 64), record->body);
        write_record(file, CAPTURE_END, record->arrival_ns, (uint8_t *)body, (size_t)length);
        flush(file);
    }
    if (!file->has_ended) {
        if (fsync(file->fd) == 0) {
            close(file->fd);
            file->fd = -1;
            report(file, CAPTURE_SEALED);
        } else
            fail(file, CAPTURE_IO_ERROR);
    }
    forget(file);
}

static void take(struct record *record) {
    struct capture_file *file = record->file;
    switch (record->kind) {
    case OPEN: begin(file, record->body, record->length); break;
    case ABORT: fail(file, CAPTURE_OVERFLOW); break;
    case CAPTURE_END: finish(file, record); break;
    default:
        if (record->kind == CAPTURE_RTP && !file->has_ended) {
            file->packets++;
            file->octets += record->length;
        }
        write_record(file, record->kind, record->arrival_ns, record->body, record->length);
    }
    free(record);
}

static void *run(void *context) {
    struct capture_writer *writer = context;
    int64_t flushed = now_ns();
    for (;;) {
        pthread_mutex_lock(&writer->lock);
        if (writer->first == NULL && !writer->is_closing) {
            struct timespec until;
            clock_gettime(CLOCK_MONOTONIC, &until);
            until.tv_nsec += 200 * MS_NS;
            until.tv_sec += until.tv_nsec / SECOND_NS;
            until.tv_nsec %= SECOND_NS;
            pthread_cond_timedwait(&writer->wake, &writer->lock, &until);
        }
        struct record *record = writer->first;
        bool is_last = writer->is_closing;
        writer->first = writer->last = NULL;
        pthread_mutex_unlock(&writer->lock);
        bool had_none = record == NULL;
        while (record) {
            struct record *next = record->next;
            size_t octets = record->length + sizeof *record;
            take(record);
            /* One by one: a stalled disk must count as waiting. */
            pthread_mutex_lock(&writer->lock);
            writer->waiting -= octets;
            pthread_mutex_unlock(&writer->lock);
            record = next;
        }
        int64_t now = now_ns();
        if (now - flushed >= SECOND_NS || is_last) {
            flushed = now;
            for (struct capture_file *file = writer->files; file; file = file->next) {
                flush(file);
                if (!file->has_ended && !is_space_left(file))
                    fail(file, CAPTURE_DISK_FULL);
            }
        }
        if (is_last && had_none)
            return NULL;
        if (!had_none && !is_last) {
            /* Records gather meanwhile, so that one lock serves many. */
            struct timespec pause = {0, 20 * MS_NS};
            nanosleep(&pause, NULL);
        }
    }
}

struct capture_writer *capture_writer_new(uint64_t watermark, size_t queue_octets, int event_fd) {
    struct capture_writer *writer = make(sizeof *writer);
    writer->watermark = watermark;
    writer->limit = queue_octets;
    writer->event_fd = event_fd;
    pthread_mutex_init(&writer->lock, NULL);
    /* A wall clock that is set back would make it wait as long. */
    pthread_condattr_t clock;
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_cond_init(&writer->wake, &clock);
    pthread_condattr_destroy(&clock);
    make_crc_table();
    if (pthread_create(&writer->thread, NULL, run, writer) != 0) {
        fputs("reprise-plane: no thread for captures\n", stderr);
        abort();
    }
    return writer;
}

void capture_writer_stop(struct capture_writer *writer) {
    if (writer->is_stopped)
        return;
    writer->is_stopped = true;
    pthread_mutex_lock(&writer->lock);
    writer->is_closing = true;
    pthread_cond_signal(&writer->wake);
    pthread_mutex_unlock(&writer->lock);
    pthread_join(writer->thread, NULL);
}

void capture_writer_free(struct capture_writer *writer) {
    capture_writer_stop(writer);
    while (writer->files)
        forget(writer->files);
    pthread_cond_destroy(&writer->wake);
    pthread_mutex_destroy(&writer->lock);
    struct capture_end end;
    while (capture_next_end(writer, &end))
        ;
    free(writer);
}
