/* What the server decided, read from its messages (control.h). */
#include "plane.h"

#include "octets.h"

#include <openssl/crypto.h>

#define MAX_REASON 32
#define MAX_CAPTURE_PATH 4000

typedef void command(struct plane *plane, struct reader *r);

static bool is_payload_type(struct reader *r, uint8_t number) {
    if (number >= 128)
        r->is_broken = true;
    return number < 128;
}

/* ---- transports -------------------------------------------------------------------------- */

static void hello(struct plane *plane, struct reader *r) {
    if (read16(r) != CONTROL_VERSION) {
        r->is_broken = true;
        return;
    }
    uint8_t message[8];
    struct writer w = {message};
    write8(&w, UP_READY);
    write16(&w, CONTROL_VERSION);
    write16(&w, plane->udp.port);
    write8(&w, plane->udp.has_gso);
    control_send(&plane->control, message, (size_t)(w.at - message), false);
}

static void open_transport(struct plane *plane, struct reader *r) {
    uint32_t id = read32(r);
    uint8_t numbers[5];
    for (int i = 0; i < 5; i++)
        numbers[i] = read8(r);
    if (r->is_broken || id_find(&plane->transports, id))
        return;
    struct transport *t = transport_new(plane, id);
    t->mid_extension = numbers[0];
    t->rid_extension = numbers[1];
    t->repaired_extension = numbers[2];
    t->level_extension = numbers[3];
    t->twcc_extension = numbers[4];
    id_add(&plane->transports, id, t);
    list_add(&plane->all, t);
}

static void set_keys(struct plane *plane, struct reader *r) {
    struct transport *t = id_find(&plane->transports, read32(r));
    int profile = read8(r);
    size_t key = srtp_key_length(profile), salt = srtp_salt_length(profile);
    const uint8_t *material = read_octets(r, 2 * (key + salt));
    if (material == NULL || key == 0) {
        r->is_broken = true;
        return;
    }
    if (t == NULL || t->sending)
        return;
    t->receiving = srtp_new(profile, material, material + key);
    t->sending = srtp_new(profile, material + key + salt, material + 2 * key + salt);
    if (t->receiving == NULL || t->sending == NULL) {
        fputs("reprise-plane: OpenSSL refused the keys\n", stderr);
        abort();
    }
    if (t->kept) {
        srtp_keep_index(t->sending, &t->kept->rtcp_index);
        srtp_keep_sources(t->receiving, t->kept->sources);
        transport_resume(t);
    }
    int64_t now = now_ns();
    for (uint32_t i = 0; i < t->slots.count; i++)
        slot_connected(t->slots.items[i], now);
}

static void keep(struct plane *plane, struct reader *r) {
    struct transport *t = id_find(&plane->transports, read32(r));
    uint32_t cell = read32(r);
    if (cell >= KEPT_CELLS)
        r->is_broken = true;
    if (r->is_broken || plane->kept == NULL || t == NULL || t->kept || t->sending)
        return;
    t->kept = &plane->kept->cells[cell].transport;
    if (t->kept->id != t->id)
        *t->kept = (struct kept_transport){.id = t->id};
    t->twcc.count = t->kept->feedbacks;
}

static void hold(struct plane *plane, struct reader *r) {
    struct transport *t = id_find(&plane->transports, read32(r));
    char password[sizeof t->password];
    read_text(r, password, sizeof password);
    size_t length = (size_t)(r->end - r->at);
    const uint8_t *memo = read_octets(r, length);
    if (t && !r->is_broken) {
        memcpy(t->password, password, sizeof password);
        free(t->memo);
        t->memo = make(length + 1);
        memcpy(t->memo, memo, length);
        t->memo_length = length;
    }
    OPENSSL_cleanse(password, sizeof password);
}

static void read_address(struct reader *r, struct address *address) {
    const uint8_t *host = read_octets(r, sizeof address->host);
    if (host)
        memcpy(address->host, host, sizeof address->host);
    address->port = read16(r);
}

static void set_address(struct plane *plane, struct reader *r) {
    struct transport *t = id_find(&plane->transports, read32(r));
    struct address address = {0};
    read_address(r, &address);
    uint8_t what = read8(r);
    if (r->is_broken || t == NULL)
        return;
    if (what == 0)
        transport_forget_address(t, &address);
    else
        transport_address(t, &address, what == 2);
}

static void take_checks(struct plane *plane, struct reader *r) {
    struct transport *t = id_find(&plane->transports, read32(r));
    char name[MAX_CHECK_NAME];
    read_text(r, name, sizeof name);
    if (t && !r->is_broken)
        memcpy(t->check_name, name, sizeof name);
}

static void close_transport(struct plane *plane, struct reader *r) {
    struct transport *t = id_find(&plane->transports, read32(r));
    if (t && !r->is_broken)
        transport_free(t);
}

/* ---- publications ------------------------------------------------------------------------ */

static void read_publication(struct publication *p, struct reader *r) {
    for (unsigned n = read8(r); n > 0 && !r->is_broken; n--) {
        uint8_t number = read8(r), codec = read8(r);
        if (codec >= CODEC_COUNT || (codec == CODEC_OPUS) == p->is_video)
            r->is_broken = true;
        else if (is_payload_type(r, number))
            p->codec_of[number] = (int8_t)codec;
    }
    for (unsigned n = read8(r); n > 0 && !r->is_broken; n--) {
        uint8_t number = read8(r);
        if (is_payload_type(r, number))
            p->is_rtx[number] = true;
    }
    unsigned count = read8(r);
    for (; count > 0 && !r->is_broken; count--) {
        char rid[sizeof p->rids[0].rid];
        read_text(r, rid, sizeof rid);
        uint8_t layer = read8(r);
        if (layer >= LAYERS || p->rid_count == LAYERS) {
            r->is_broken = true;
            return;
        }
        memcpy(p->rids[p->rid_count].rid, rid, sizeof rid);
        p->rids[p->rid_count++].layer = layer;
    }
    /* More than these a peer may name; the first ones are enough to tell its tracks apart. */
    for (count = read8(r); count > 0 && !r->is_broken; count--) {
        uint32_t ssrc = read32(r);
        if (p->ssrc_count < sizeof p->ssrcs / sizeof *p->ssrcs)
            p->ssrcs[p->ssrc_count++] = ssrc;
    }
    for (count = read8(r); count > 0 && !r->is_broken; count--) {
        uint32_t rtx = read32(r), media = read32(r);
        if (p->repair_count < sizeof p->repairs / sizeof *p->repairs) {
            p->repairs[p->repair_count].rtx = rtx;
            p->repairs[p->repair_count++].media = media;
        }
    }
}

static void open_publication(struct plane *plane, struct reader *r) {
    struct transport *t = id_find(&plane->transports, read32(r));
    struct publication *p = make(sizeof *p);
    p->id = read32(r);
    p->plane = plane;
    p->transport = t;
    uint8_t kind = read8(r);
    if (kind > PUBLICATION_MICROPHONE)
        r->is_broken = true;
    p->is_video = kind == PUBLICATION_PICTURE;
    p->is_microphone = kind == PUBLICATION_MICROPHONE;
    memset(p->codec_of, -1, sizeof p->codec_of);
    level_silence(&p->meter);
    read_text(r, p->mid, sizeof p->mid);
    read_publication(p, r);
    if (r->is_broken || t == NULL || !id_add(&plane->publications, p->id, p)) {
        free(p);
        return;
    }
    list_add(&t->publications, p);
}

static void set_gate(struct plane *plane, struct reader *r) {
    struct publication *p = id_find(&plane->publications, read32(r));
    bool is_open = read8(r) != 0;
    uint32_t turn = read32(r);
    char reason[MAX_REASON];
    read_text(r, reason, sizeof reason);
    if (r->is_broken || p == NULL)
        return;
    p->turn = turn;
    publication_gate(p, is_open, reason);
}

static void ask_keyframe(struct plane *plane, struct reader *r) {
    struct publication *p = id_find(&plane->publications, read32(r));
    for (int layer = 0; p && !r->is_broken && layer < LAYERS; layer++)
        if (p->streams[layer])
            stream_want_keyframe(p->streams[layer]);
}

static void listen_to(struct plane *plane, struct reader *r) {
    struct publication *p = id_find(&plane->publications, read32(r));
    bool is_heard = read8(r) != 0;
    if (p && !r->is_broken)
        p->is_heard = is_heard && !p->is_video;
}

static void start_capture(struct plane *plane, struct reader *r) {
    struct publication *p = id_find(&plane->publications, read32(r));
    uint32_t capture = read32(r);
    int64_t origin_ns = (int64_t)read64(r);
    uint32_t ssrc = read32(r);
    size_t path_length = read16(r);
    const uint8_t *path = read_octets(r, path_length);
    size_t header_length = read16(r);
    const uint8_t *header = read_octets(r, header_length);
    if (header == NULL || path == NULL || path_length > MAX_CAPTURE_PATH) {
        r->is_broken = true;
        return;
    }
    if (p == NULL)
        return;
    feed_seal(p, "replaced");
    char text[MAX_CAPTURE_PATH + 1];
    memcpy(text, path, path_length);
    text[path_length] = 0;
    feed_start(p,
               capture_open(plane->captures, p->id, capture, origin_ns, text, header,
                            header_length),
               capture, ssrc, now_ns());
}

static void seal_capture(struct plane *plane, struct reader *r) {
    struct publication *p = id_find(&plane->publications, read32(r));
    char reason[MAX_REASON];
    read_text(r, reason, sizeof reason);
    if (p && !r->is_broken)
        feed_seal(p, reason);
}

/* ---- slots ------------------------------------------------------------------------------- */

static void open_slot(struct plane *plane, struct reader *r) {
    struct transport *t = id_find(&plane->transports, read32(r));
    uint32_t id = read32(r);
    uint8_t kind = read8(r);
    uint32_t ssrc = read32(r), rtx_ssrc = read32(r);
    unsigned mid_number = read8(r), send_time_number = read8(r), transport_number = read8(r);
    char mid[17], cname[sizeof((struct slot *)0)->cname];
    read_text(r, mid, sizeof mid);
    read_text(r, cname, sizeof cname);
    uint8_t types[CODEC_COUNT] = {0}, rtx[CODEC_COUNT] = {0};
    for (unsigned n = read8(r); n > 0 && !r->is_broken; n--) {
        uint8_t codec = read8(r), number = read8(r), repair = read8(r);
        if (codec >= CODEC_COUNT)
            r->is_broken = true;
        else if (is_payload_type(r, number) && is_payload_type(r, repair)) {
            types[codec] = number;
            rtx[codec] = repair;
        }
    }
    if (kind > SLOT_LOUDEST)
        r->is_broken = true;
    if (r->is_broken || t == NULL || id_find(&plane->slots, id))
        return;
    struct slot *slot = slot_new(t, id, kind == SLOT_PICTURE);
    slot->ssrc = ssrc;
    slot->rtx_ssrc = rtx_ssrc;
    memcpy(slot->payload_type_of, types, sizeof types);
    memcpy(slot->rtx_of, rtx, sizeof rtx);
    memcpy(slot->cname, cname, sizeof cname);
    if (transport_number && t->downlink == NULL) {
        t->downlink = downlink_new(plane->now);
        if (t->kept)
            estimator_resume(&t->downlink->estimator, t->kept->number, t->kept->limit,
                             plane->now);
    }
    slot_set_extensions(slot, mid_number, mid, send_time_number, transport_number);
    if (t->kept && t->slots.count < KEPT_SLOTS)
        slot_keep(slot, &t->kept->slots[t->slots.count]);
    id_add(&plane->slots, id, slot);
    list_add(&t->slots, slot);
    if (kind == SLOT_STAGE)
        t->hearing.stage = slot;
    else if (kind == SLOT_LOUDEST && t->hearing.place_count < SOUND_PLACES)
        t->hearing.places[t->hearing.place_count++] = slot;
}

static void show(struct plane *plane, struct reader *r) {
    struct slot *slot = id_find(&plane->slots, read32(r));
    struct stream *stream = id_find(&plane->streams, read32(r));
    if (slot == NULL || r->is_broken)
        return;
    if (stream)
        slot_show(slot, stream, now_ns());
    else
        slot_clear(slot);
}

static void clear(struct plane *plane, struct reader *r) {
    struct slot *slot = id_find(&plane->slots, read32(r));
    if (slot && !r->is_broken)
        slot_clear(slot);
}

static void give_up_old(struct plane *plane, struct reader *r) {
    struct slot *slot = id_find(&plane->slots, read32(r));
    if (slot && !r->is_broken)
        slot_give_up_old(slot);
}

/* ---- rooms ------------------------------------------------------------------------------- */

static void place(struct plane *plane, struct reader *r) {
    struct transport *t = id_find(&plane->transports, read32(r));
    uint32_t room = read32(r), participant = read32(r);
    if (t && !r->is_broken)
        room_place(t, room, participant);
}

static void read_numbers(struct reader *r, uint32_t **numbers, uint32_t *count) {
    *count = read16(r);
    /* No memory for more than there can be. */
    if ((size_t)(r->end - r->at) < *count * sizeof **numbers) {
        r->is_broken = true;
        *count = 0;
    }
    *numbers = make((*count + 1) * sizeof **numbers);
    for (uint32_t i = 0; i < *count; i++)
        (*numbers)[i] = read32(r);
}

static void favour(struct plane *plane, struct reader *r) {
    uint32_t room = read32(r), participant_count, guest_count;
    uint32_t *participants, *guests;
    read_numbers(r, &participants, &participant_count);
    read_numbers(r, &guests, &guest_count);
    if (!r->is_broken)
        room_favour(plane, room, participants, participant_count, guests, guest_count);
    free(participants);
    free(guests);
}

static void stage(struct plane *plane, struct reader *r) {
    struct transport *t = id_find(&plane->transports, read32(r));
    uint32_t participant = read32(r);
    if (t && !r->is_broken)
        room_stage(t, participant);
}

static void want(struct plane *plane, struct reader *r) {
    struct transport *t = id_find(&plane->transports, read32(r));
    uint32_t wanted = read32(r);
    if (t && !r->is_broken)
        downlink_want(t, wanted);
}

/* ---- the rest ---------------------------------------------------------------------------- */

static void send_datagram(struct plane *plane, struct reader *r) {
    struct address address = {0};
    read_address(r, &address);
    size_t length = (size_t)(r->end - r->at);
    if (!r->is_broken && length > 0 && length <= MAX_DATAGRAM)
        udp_send(&plane->udp, &address, read_octets(r, length), length);
    r->at = r->end;
}

/* A waking costs more than most commands do. */
static void bundle(struct plane *plane, struct reader *r) {
    while (r->at < r->end && !r->is_broken && !plane->is_ending) {
        size_t length = read16(r);
        const uint8_t *message = read_octets(r, length);
        if (message == NULL || length == 0 || message[0] == DOWN_BUNDLE ||
            !plane_command(plane, message, length))
            r->is_broken = true;
    }
    r->at = r->end;
}

static void end(struct plane *plane, struct reader *r) {
    (void)r;
    plane->is_ending = true;
}

static command *const commands[] = {
    [DOWN_HELLO] = hello,
    [DOWN_TRANSPORT] = open_transport,
    [DOWN_KEYS] = set_keys,
    [DOWN_ADDRESS] = set_address,
    [DOWN_CLOSE] = close_transport,
    [DOWN_PUBLICATION] = open_publication,
    [DOWN_GATE] = set_gate,
    [DOWN_SLOT] = open_slot,
    [DOWN_SHOW] = show,
    [DOWN_CLEAR] = clear,
    [DOWN_GIVE_UP_OLD] = give_up_old,
    [DOWN_KEYFRAME] = ask_keyframe,
    [DOWN_CAPTURE] = start_capture,
    [DOWN_SEAL] = seal_capture,
    [DOWN_LISTEN] = listen_to,
    [DOWN_DATAGRAM] = send_datagram,
    [DOWN_END] = end,
    [DOWN_PLACE] = place,
    [DOWN_FAVOUR] = favour,
    [DOWN_STAGE] = stage,
    [DOWN_CHECKS] = take_checks,
    [DOWN_KEEP] = keep,
    [DOWN_WANT] = want,
    [DOWN_HOLD] = hold,
    [DOWN_BUNDLE] = bundle,
};

bool plane_command(struct plane *plane, const uint8_t *message, size_t length) {
    struct reader r = {message, message + length, false};
    uint8_t type = read8(&r);
    plane->now = now_ns();
    if (r.is_broken || type >= sizeof commands / sizeof *commands || commands[type] == NULL)
        return false;
    commands[type](plane, &r);
    return !r.is_broken && r.at == r.end;
}
