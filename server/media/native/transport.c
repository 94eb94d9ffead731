/* One PeerConnection: its keys, and which track or slot a packet concerns. */
#include "plane.h"

#include "octets.h"

#include <openssl/crypto.h>

/* Longest RTP or RTCP packet that still fits with its trailer. */
#define MAX_PLAIN (MAX_DATAGRAM - SRTP_MAX_TRAILER)
#define MAX_NACKED 512
#define MAX_ADDRESSES 16
/* Packets one viewer may have again a second, and at once after a quiet one: more than any link
   loses that still shows a picture. A few octets of asking must not make megabytes. */
#define REPAIRS_PER_S 2000

struct transport *transport_new(struct plane *plane, uint32_t id) {
    struct transport *t = make(sizeof *t);
    t->id = id;
    t->plane = plane;
    destination_init(&t->destination);
    twcc_init(&t->twcc);
    return t;
}

void transport_free(struct transport *t) {
    room_place(t, 0, 0);
    while (t->publications.count)
        publication_free(t->publications.items[--t->publications.count]);
    while (t->slots.count) {
        struct slot *slot = t->slots.items[--t->slots.count];
        id_remove(&t->plane->slots, slot->id);
        slot_free(slot);
    }
    downlink_free(t);
    udp_flush(&t->plane->udp); /* the destination is ours */
    for (uint32_t i = 0; i < t->addresses.count; i++) {
        struct address *address = t->addresses.items[i];
        if (address_find(&t->plane->addresses, address) == t)
            address_remove(&t->plane->addresses, address);
        free(address);
    }
    list_free(&t->addresses);
    list_free(&t->publications);
    list_free(&t->slots);
    srtp_free(t->receiving);
    srtp_free(t->sending);
    if (t->kept)
        memset(t->kept, 0, sizeof *t->kept);
    if (t->is_held)
        t->plane->held--;
    OPENSSL_cleanse(t->password, sizeof t->password);
    free(t->memo);
    list_remove(&t->plane->all, t);
    id_remove(&t->plane->transports, t->id);
    free(t);
}

/* ---- addresses --------------------------------------------------------------------------- */

void transport_forget_address(struct transport *t, const struct address *address) {
    for (uint32_t i = 0; i < t->addresses.count; i++) {
        struct address *known = t->addresses.items[i];
        if (!address_equal(known, address))
            continue;
        if (address_find(&t->plane->addresses, known) == t)
            address_remove(&t->plane->addresses, known);
        list_remove(&t->addresses, known);
        free(known);
        return;
    }
}

void transport_address(struct transport *t, const struct address *address, bool is_sending) {
    transport_forget_address(t, address);
    if (t->addresses.count == MAX_ADDRESSES)
        return;
    /* Packets that wait go to the address they were made for. */
    udp_flush(&t->plane->udp);
    struct address *kept = make(sizeof *kept);
    *kept = *address;
    list_add(&t->addresses, kept);
    address_set(&t->plane->addresses, kept, t);
    if (is_sending) {
        t->destination.length =
            address_to_socket(address, t->plane->udp.family, &t->destination.where);
        t->destination.is_single = false;
    }
}

void transport_send_rtcp(struct transport *t, const uint8_t *data, size_t length) {
    if (t->sending == NULL || t->destination.length == 0 || length > MAX_PLAIN)
        return;
    uint8_t *out = udp_reserve(&t->plane->udp);
    memcpy(out, data, length);
    size_t total = srtp_protect_rtcp(t->sending, out, length, MAX_DATAGRAM);
    if (total)
        udp_commit(&t->plane->udp, &t->destination, total);
}

/* ---- which stream ------------------------------------------------------------------------ */

/* Browsers say what an SSRC is in its first packets only. */
static void keep_routes(struct transport *t) {
    if (t->kept == NULL)
        return;
    for (uint32_t i = 0; i < KEPT_ROUTES; i++) {
        struct kept_route *kept = &t->kept->routes[i];
        if (i >= t->route_count) {
            *kept = (struct kept_route){0};
            continue;
        }
        const struct stream *stream = t->routes[i].stream;
        *kept = (struct kept_route){
            .ssrc = t->routes[i].ssrc,
            .stream = stream->id,
            .publication = stream->publication->id,
            .layer = stream->layer,
            .payload_type = stream->payload_type,
            .is_rtx = t->routes[i].is_rtx,
        };
    }
}

_Static_assert(KEPT_ROUTES >= MAX_STREAMS, "every route has its place");

void transport_forget_routes(struct transport *t, const struct stream *stream) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < t->route_count; i++)
        if (t->routes[i].stream != stream)
            t->routes[kept++] = t->routes[i];
    t->route_count = kept;
    keep_routes(t);
}

static struct route *find_route(struct transport *t, uint32_t ssrc) {
    for (uint32_t i = 0; i < t->route_count; i++)
        if (t->routes[i].ssrc == ssrc)
            return &t->routes[i];
    return NULL;
}

static bool is_text(const uint8_t *value, size_t size, const char *text) {
    return value && strlen(text) == size && memcmp(value, text, size) == 0;
}

static struct publication *find_publication(struct transport *t, const uint8_t *data,
                                            const struct rtp_bounds *b, uint32_t ssrc,
                                            uint8_t payload_type) {
    size_t size = 0;
    const uint8_t *mid = rtp_extension(data, b, t->mid_extension, &size);
    for (uint32_t i = 0; mid && i < t->publications.count; i++) {
        struct publication *p = t->publications.items[i];
        if (is_text(mid, size, p->mid))
            return p;
    }
    struct publication *found = NULL;
    uint32_t with_type = 0;
    for (uint32_t i = 0; i < t->publications.count; i++) {
        struct publication *p = t->publications.items[i];
        for (uint32_t n = 0; n < p->ssrc_count; n++)
            if (p->ssrcs[n] == ssrc)
                return p;
        for (uint32_t n = 0; n < p->repair_count; n++)
            if (p->repairs[n].rtx == ssrc)
                return p;
        if (p->codec_of[payload_type] >= 0 || p->is_rtx[payload_type]) {
            found = p;
            with_type++;
        }
    }
    /* Two m-lines with the same payload type cannot be told apart by it. */
    return with_type == 1 ? found : NULL;
}

static int find_layer(const struct publication *p, const uint8_t *rid, size_t size) {
    for (uint32_t i = 0; i < p->rid_count; i++)
        if (is_text(rid, size, p->rids[i].rid))
            return p->rids[i].layer;
    return -1;
}

static struct stream *repaired_stream(struct transport *t, struct publication *p,
                                      const uint8_t *data, const struct rtp_bounds *b,
                                      uint32_t ssrc) {
    size_t size = 0;
    const uint8_t *rid = rtp_extension(data, b, t->repaired_extension, &size);
    int layer = find_layer(p, rid, size);
    if (layer >= 0)
        return p->streams[layer];
    for (uint32_t i = 0; i < p->repair_count; i++)
        if (p->repairs[i].rtx == ssrc) {
            const struct route *media = find_route(t, p->repairs[i].media);
            return media ? media->stream : NULL;
        }
    return p->rid_count == 0 ? p->streams[LAYERS - 1] : NULL;
}

static void tell_stream(const struct stream *stream) {
    uint8_t message[16];
    struct writer w = {message};
    write8(&w, UP_STREAM);
    write32(&w, stream->publication->id);
    write32(&w, stream->id);
    write8(&w, stream->layer);
    write32(&w, stream->ssrc);
    write8(&w, (uint8_t)stream->codec);
    control_send(&stream->publication->plane->control, message, (size_t)(w.at - message), false);
}

static void tell_gone(struct plane *plane, uint32_t stream) {
    uint8_t message[8];
    struct writer w = {message};
    write8(&w, UP_STREAM_GONE);
    write32(&w, stream);
    control_send(&plane->control, message, (size_t)(w.at - message), false);
}

static struct stream *media_stream(struct transport *t, struct publication *p, const uint8_t *data,
                                   const struct rtp_bounds *b, uint32_t ssrc,
                                   uint8_t payload_type) {
    int layer = LAYERS - 1;
    if (p->rid_count) {
        size_t size = 0;
        const uint8_t *rid = rtp_extension(data, b, t->rid_extension, &size);
        layer = find_layer(p, rid, size);
        if (layer < 0)
            return NULL;
    }
    if (p->streams[layer]) {
        /* The sender began anew under another SSRC (replaceTrack in some browsers). */
        tell_gone(t->plane, p->streams[layer]->id);
        publication_forget_stream(p, p->streams[layer]);
    }
    struct stream *stream =
        stream_new(p, ++t->plane->last_stream, ssrc, (uint8_t)layer, payload_type);
    if (t->plane->kept)
        t->plane->kept->last_stream = t->plane->last_stream;
    p->streams[layer] = stream;
    id_add(&t->plane->streams, stream->id, stream);
    tell_stream(stream);
    if (!p->is_video)
        rooms_changed(t->plane);
    return stream;
}

/* The server knows these streams by the numbers they had. */
static struct stream *resumed_stream(struct transport *t, const struct kept_route *kept) {
    struct stream *known = id_find(&t->plane->streams, kept->stream);
    if (kept->is_rtx || known)
        return kept->is_rtx && known && known->publication->transport == t ? known : NULL;
    struct publication *p = id_find(&t->plane->publications, kept->publication);
    if (p == NULL || p->transport != t || kept->layer >= LAYERS || p->streams[kept->layer] ||
        kept->payload_type >= 128 || p->codec_of[kept->payload_type] < 0)
        return NULL;
    struct stream *stream =
        stream_new(p, kept->stream, kept->ssrc, kept->layer, kept->payload_type);
    p->streams[kept->layer] = stream;
    id_add(&t->plane->streams, stream->id, stream);
    return stream;
}

void transport_resume(struct transport *t) {
    struct kept_route kept[KEPT_ROUTES];
    memcpy(kept, t->kept->routes, sizeof kept);
    /* A stream comes before what repairs it. */
    for (int turn = 0; turn < 2; turn++)
        for (uint32_t i = 0; i < KEPT_ROUTES && t->route_count < MAX_STREAMS; i++) {
            if (kept[i].stream == NO_STREAM || kept[i].is_rtx != (turn == 1))
                continue;
            struct stream *stream = resumed_stream(t, &kept[i]);
            if (stream)
                t->routes[t->route_count++] =
                    (struct route){kept[i].ssrc, kept[i].is_rtx, stream};
        }
    keep_routes(t);
}

/* Which track and layer a new SSRC is. Chromium stops sending MID and RID after the first
   receiver reports, so the first packets must be enough. */
static struct route *identify(struct transport *t, const uint8_t *data,
                              const struct rtp_bounds *b) {
    uint32_t ssrc = get32(data + 8);
    uint8_t payload_type = data[1] & 0x7F;
    if (t->route_count == MAX_STREAMS)
        return NULL;
    struct publication *p = find_publication(t, data, b, ssrc, payload_type);
    if (p == NULL)
        return NULL;
    bool is_rtx = p->is_rtx[payload_type];
    struct stream *stream = NULL;
    if (is_rtx)
        stream = repaired_stream(t, p, data, b, ssrc);
    else if (p->codec_of[payload_type] >= 0)
        stream = media_stream(t, p, data, b, ssrc, payload_type);
    if (stream == NULL || t->route_count == MAX_STREAMS)
        return NULL;
    struct route *route = &t->routes[t->route_count++];
    *route = (struct route){ssrc, is_rtx, stream};
    keep_routes(t);
    return route;
}

/* ---- RTP -------------------------------------------------------------------------------- */

void transport_receive_rtp(struct transport *t, const uint8_t *data, size_t length, int64_t now) {
    struct rtp_bounds bounds;
    if (!rtp_find_bounds(data, length, &bounds))
        return;
    size_t size = 0;
    const uint8_t *number = rtp_extension(data, &bounds, t->twcc_extension, &size);
    if (number && size >= 2)
        twcc_record(&t->twcc, get16(number), now);
    struct route *route = find_route(t, get32(data + 8));
    if (route == NULL)
        route = identify(t, data, &bounds);
    if (route)
        publication_receive(route->stream->publication, route->stream, data, &bounds,
                            route->is_rtx, now);
}

/* ---- RTCP ------------------------------------------------------------------------------- */

static struct slot *find_slot(const struct transport *t, uint32_t ssrc) {
    for (uint32_t i = 0; i < t->slots.count; i++) {
        struct slot *slot = t->slots.items[i];
        if (slot->ssrc == ssrc)
            return slot;
    }
    return NULL;
}

static void sender_report(struct transport *t, const uint8_t *packet, size_t size, int64_t now) {
    uint32_t ssrc, timestamp;
    double ntp;
    if (!rtcp_read_sender(packet, size, &ssrc, &ntp, &timestamp) || ntp < 1.0)
        return;
    struct route *route = find_route(t, ssrc);
    if (route == NULL || route->is_rtx)
        return;
    stream_sender_report(route->stream, packet, size, ntp, timestamp, now);
    struct publication *p = route->stream->publication;
    if (p->feed && p->is_open)
        feed_sender_report(p, route->stream, packet, size, now);
}

static void keyframe_asked(struct transport *t, uint32_t ssrc) {
    struct slot *slot = find_slot(t, ssrc);
    if (slot && slot->current)
        stream_want_keyframe(slot->current);
}

static void payload_feedback(struct transport *t, const uint8_t *packet, size_t size, int64_t now) {
    unsigned form = packet[0] & 0x1F;
    if (form == RTCP_FMT_APP) {
        int64_t estimate = rtcp_read_remb(packet, size);
        if (estimate >= 0) {
            t->estimate = estimate > UINT32_MAX ? UINT32_MAX : (uint32_t)estimate;
            t->estimate_at_ns = now;
        }
    } else if (form == RTCP_FMT_PLI && size >= 12)
        keyframe_asked(t, get32(packet + 8));
    else if (form == RTCP_FMT_FIR)
        for (size_t position = 12; position + 8 <= size; position += 8)
            keyframe_asked(t, get32(packet + position));
}

static size_t take_repairs(struct transport *t, size_t wanted, int64_t now) {
    const int64_t each = SECOND_NS / REPAIRS_PER_S;
    if (t->repairs_from_ns < now - SECOND_NS)
        t->repairs_from_ns = now - SECOND_NS;
    size_t left = (size_t)((now - t->repairs_from_ns) / each);
    if (wanted > left)
        wanted = left;
    t->repairs_from_ns += (int64_t)wanted * each;
    return wanted;
}

static void asked_again(struct transport *t, const uint8_t *packet, size_t size, int64_t now) {
    struct slot *slot = find_slot(t, get32(packet + 8));
    if (slot == NULL)
        return;
    uint16_t numbers[MAX_NACKED];
    size_t wanted = rtcp_read_nack(packet, size, numbers, MAX_NACKED);
    size_t given = take_repairs(t, wanted, now);
    slot->nacked += (uint32_t)(wanted - given);
    slot_retransmit(slot, numbers, given, now);
}

void transport_receive_rtcp(struct transport *t, const uint8_t *data, size_t length, int64_t now) {
    size_t position = 0, size;
    const uint8_t *packet;
    while ((packet = rtcp_next(data, length, &position, &size)) != NULL) {
        unsigned type = packet[1];
        if (type == RTCP_SR || type == RTCP_RR) {
            struct rtcp_block block;
            if (type == RTCP_SR)
                sender_report(t, packet, size, now);
            for (uint32_t n = 0; rtcp_read_block(packet, size, n, &block); n++) {
                struct slot *slot = find_slot(t, block.ssrc);
                if (slot)
                    slot_reception(slot, &block, (double)now / 1e9);
            }
        } else if (type == RTCP_RTPFB && (packet[0] & 0x1F) == RTCP_FMT_NACK && size >= 16)
            asked_again(t, packet, size, now);
        else if (type == RTCP_RTPFB && (packet[0] & 0x1F) == RTCP_FMT_TWCC && t->downlink)
            estimator_feedback(&t->downlink->estimator, packet, size, now);
        else if (type == RTCP_PSFB)
            payload_feedback(t, packet, size, now);
    }
}

/* ---- datagrams -------------------------------------------------------------------------- */

void transport_receive(struct transport *t, uint8_t *data, size_t length, int64_t now) {
    if (t->receiving == NULL || length < RTP_HEADER)
        return;
    /* RFC 5761: where RTCP's packet types lie. */
    if (data[1] >= 192 && data[1] <= 223) {
        length = srtp_unprotect_rtcp(t->receiving, data, length);
        if (length)
            transport_receive_rtcp(t, data, length, now);
        return;
    }
    length = srtp_unprotect(t->receiving, data, length);
    if (length) {
        t->octets_up += length;
        transport_receive_rtp(t, data, length, now);
    }
}
