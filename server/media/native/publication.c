/* A participant's track: its streams and the gate all its packets pass. */
#include "plane.h"

#include "octets.h"

/* A layer from which nothing came for so long while another one flows is switched off. */
#define LAYER_SILENT_NS SECOND_NS
#define ACTIVE_NS (2 * SECOND_NS)
/* Level assumed for a packet of speech size of a client that sends no audio level. */
#define GUESSED_SPEECH 40
#define DTX_OCTETS 8

static void tell(struct publication *p, enum up type, const uint8_t *more, size_t length) {
    uint8_t message[32];
    struct writer w = {message};
    write8(&w, (uint8_t)type);
    write32(&w, p->id);
    if (length)
        write_octets(&w, more, length);
    control_send(&p->plane->control, message, (size_t)(w.at - message), false);
}

void publication_forget_stream(struct publication *p, struct stream *stream) {
    stream_forward(stream);
    while (stream->receivers.count)
        slot_clear(stream->receivers.items[0]);
    while (stream->waiting.count)
        slot_clear(stream->waiting.items[0]);
    if (p->feed)
        feed_forget_stream(p, stream);
    transport_forget_routes(p->transport, stream);
    id_remove(&p->plane->streams, stream->id);
    p->streams[stream->layer] = NULL;
    stream_free(stream);
}

void publication_free(struct publication *p) {
    feed_seal(p, "closed");
    for (int layer = 0; layer < LAYERS; layer++)
        if (p->streams[layer])
            publication_forget_stream(p, p->streams[layer]);
    id_remove(&p->plane->publications, p->id);
    free(p);
}

/* ---- gate ------------------------------------------------------------------------------- */

void publication_gate(struct publication *p, bool is_open, const char *reason) {
    snprintf(p->closed_because, sizeof p->closed_because, "%s", reason);
    if (is_open == p->is_open)
        return;
    p->is_open = is_open;
    level_silence(&p->meter);
    for (int layer = 0; layer < LAYERS; layer++) {
        struct stream *stream = p->streams[layer];
        if (stream == NULL)
            continue;
        /* After a mute what is in the cache must not be shown. */
        stream->key_sequence = -1;
        if (is_open) {
            stream->shut_to = stream->highest;
            while (stream->receivers.count)
                slot_restart(stream->receivers.items[0]);
            stream_want_keyframe(stream);
        }
    }
    if (p->feed && !is_open)
        feed_gap(p, reason);
}

/* ---- packets ---------------------------------------------------------------------------- */

static void hand_up(struct publication *p, const struct packet *packet) {
    uint8_t head[32];
    struct writer w = {head};
    write8(&w, UP_HEARD);
    write32(&w, p->id);
    write32(&w, p->turn);
    write64(&w, (uint64_t)packet->sequence);
    write32(&w, packet->timestamp);
    write64(&w, (uint64_t)packet->arrival_ns);
    write8(&w, packet->level >= 0 ? (uint8_t)packet->level : 255);
    control_send2(&p->plane->control, head, (size_t)(w.at - head), packet_rest(packet),
                  packet->rest_length, true);
}

static void measure_level(struct publication *p, struct packet *packet, const uint8_t *data,
                          const struct rtp_bounds *bounds, int64_t now) {
    size_t size = 0;
    const uint8_t *value = rtp_extension(data, bounds, p->transport->level_extension, &size);
    int level = packet->rest_length <= DTX_OCTETS ? LEVEL_SILENT : GUESSED_SPEECH;
    if (value) {
        packet->level = value[0];
        level = value[0] & 0x7F;
    }
    level_update(&p->meter, level, now);
}

void publication_receive(struct publication *p, struct stream *stream, const uint8_t *data,
                         const struct rtp_bounds *bounds, bool is_recovered, int64_t now) {
    size_t start = bounds->payload;
    uint16_t number = get16(data + 2);
    if (is_recovered) {
        /* RFC 4588: the original sequence number stands before the original payload. */
        if (bounds->end - start < 2)
            return;
        number = get16(data + start);
        start += 2;
    }
    struct packet *packet = stream_receive(stream, number, get32(data + 4), data[1] & 0x80,
                                           data + start, bounds->end - start, now);
    if (packet == NULL)
        return;
    if (!p->is_started && !packet_is_empty(packet)) {
        p->is_started = true;
        tell(p, UP_STARTED, NULL, 0);
    }
    if (!p->is_open || packet->sequence <= stream->shut_to)
        return;
    if (!p->is_video) {
        measure_level(p, packet, data, bounds, now);
        if (p->is_heard && !packet_is_empty(packet))
            hand_up(p, packet);
    }
    stream_deliver(stream, packet);
}

/* ---- layers ----------------------------------------------------------------------------- */

struct stream *publication_best(const struct publication *p) {
    struct stream *lowest = NULL, *best = NULL;
    for (int layer = 0; layer < LAYERS; layer++) {
        struct stream *stream = p->streams[layer];
        if (stream && lowest == NULL)
            lowest = stream;
        if (stream && stream->is_active)
            best = stream;
    }
    return best ? best : lowest;
}

void publication_find_layers(struct publication *p, int64_t now) {
    int64_t newest = 0;
    uint8_t layers = 0;
    for (int layer = 0; layer < LAYERS; layer++)
        if (p->streams[layer] && p->streams[layer]->last_arrival_ns > newest)
            newest = p->streams[layer]->last_arrival_ns;
    for (int layer = 0; layer < LAYERS; layer++) {
        struct stream *stream = p->streams[layer];
        if (stream == NULL)
            continue;
        stream->is_active = now - stream->last_arrival_ns < ACTIVE_NS &&
                            newest - stream->last_arrival_ns < LAYER_SILENT_NS;
        if (stream->is_active)
            layers |= (uint8_t)(1u << layer);
    }
    if (layers == p->layers)
        return;
    p->layers = layers;
    tell(p, UP_LAYERS, &layers, 1);
}
