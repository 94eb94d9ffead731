/* Capture files: decrypted RTP appended to disk (docs/formats.md, "Capture file").

   The loop only copies records into a bounded queue. One thread computes checksums, writes,
   flushes every file at least once a second, watches the free space, and on seal writes the end
   record and syncs. When the disk cannot follow, the capture ends with an overflow rather than
   hold up the class; below the watermark all captures end. How each ended comes back over
   `capture_next_end`, announced on an eventfd. */
#ifndef REPRISE_CAPTURE_H
#define REPRISE_CAPTURE_H

#include "base.h"

enum capture_kind {
    CAPTURE_RTP = 1,
    CAPTURE_SENDER_REPORT = 2,
    CAPTURE_LAYER = 3,
    CAPTURE_GAP = 4,
    CAPTURE_END = 5,
};
enum capture_how { CAPTURE_SEALED = 0, CAPTURE_DISK_FULL = 1, CAPTURE_IO_ERROR = 2, CAPTURE_OVERFLOW = 3 };

struct capture_end {
    uint32_t publication, capture;
    enum capture_how how;
    uint64_t packets, octets;
};

struct capture_writer;
struct capture_file;

/* `event_fd` is written to when a file has ended. */
struct capture_writer *capture_writer_new(uint64_t watermark, size_t queue_octets, int event_fd);
/* Write what is queued and end the thread; how the files ended can still be asked. */
void capture_writer_stop(struct capture_writer *writer);
void capture_writer_free(struct capture_writer *writer);
bool capture_next_end(struct capture_writer *writer, struct capture_end *end);

/* Never waits for the disk. The file belongs to the writer once it is sealed; its owner must not
   touch it afterwards. */
struct capture_file *capture_open(struct capture_writer *writer, uint32_t publication,
                                  uint32_t capture, int64_t origin_ns, const char *path,
                                  const uint8_t *header, size_t header_length);
/* Two parts as one body; `arrival_ns` on the monotonic clock. */
void capture_add(struct capture_file *file, enum capture_kind kind, int64_t arrival_ns,
                 const uint8_t *head, size_t head_length, const uint8_t *rest, size_t rest_length);
void capture_seal(struct capture_file *file, const char *reason);

uint32_t capture_crc(uint32_t before, const uint8_t *data, size_t length);

#endif
