#include "octets.h"
#include "plane.h"

#include <math.h>

#define SPEAKERS_TOLD 5

struct room {
    uint32_t id;
    struct plane *plane;
    struct list members; /* transports */
    uint32_t *participants, *guests;
    uint32_t participant_count, guest_count;
    uint32_t *order; /* the last ranking: publications */
    uint32_t count, space;
    bool is_changed, is_anybody_speaking;
};

/* ---- coming and going ------------------------------------------------------------------- */

static struct room *room_of(struct plane *plane, uint32_t id) {
    struct room *room = id_find(&plane->rooms, id);
    if (room == NULL) {
        room = make(sizeof *room);
        room->id = id;
        room->plane = plane;
        id_add(&plane->rooms, id, room);
        list_add(&plane->all_rooms, room);
    }
    room->is_changed = plane->is_sound_due = true;
    return room;
}

static void room_free(struct room *room) {
    id_remove(&room->plane->rooms, room->id);
    list_remove(&room->plane->all_rooms, room);
    list_free(&room->members);
    free(room->participants);
    free(room->guests);
    free(room->order);
    free(room);
}

static void free_if_empty(struct room *room) {
    if (room->members.count == 0 && room->participant_count == 0 && room->guest_count == 0)
        room_free(room);
}

void room_place(struct transport *t, uint32_t id, uint32_t participant) {
    struct room *before = t->hearing.room;
    t->hearing.participant = participant;
    if (before && before->id == id)
        return;
    if (before) {
        list_remove(&before->members, t);
        before->is_changed = t->plane->is_sound_due = true;
        t->hearing.room = NULL;
    }
    if (id) {
        t->hearing.room = room_of(t->plane, id);
        list_add(&t->hearing.room->members, t);
    }
    if (before)
        free_if_empty(before);
}

static void keep_numbers(uint32_t **kept, uint32_t *kept_count, const uint32_t *numbers,
                         uint32_t count) {
    free(*kept);
    *kept = NULL;
    *kept_count = count;
    if (count == 0)
        return;
    *kept = make(count * sizeof *numbers);
    memcpy(*kept, numbers, count * sizeof *numbers);
}

void room_favour(struct plane *plane, uint32_t id, const uint32_t *participants,
                 uint32_t participant_count, const uint32_t *guests, uint32_t guest_count) {
    struct room *room = room_of(plane, id);
    keep_numbers(&room->participants, &room->participant_count, participants, participant_count);
    keep_numbers(&room->guests, &room->guest_count, guests, guest_count);
    free_if_empty(room);
}

void room_stage(struct transport *t, uint32_t participant) {
    t->hearing.on_stage = participant;
    if (t->hearing.room)
        t->hearing.room->is_changed = t->plane->is_sound_due = true;
}

void rooms_changed(struct plane *plane) {
    for (uint32_t i = 0; i < plane->all_rooms.count; i++)
        ((struct room *)plane->all_rooms.items[i])->is_changed = true;
    plane->is_sound_due = true;
}

void rooms_free(struct plane *plane) {
    while (plane->all_rooms.count)
        room_free(plane->all_rooms.items[0]);
    list_free(&plane->all_rooms);
    id_free(&plane->rooms);
    free(plane->ranking.voices);
    free(plane->ranking.spare);
}

/* ---- ranking ---------------------------------------------------------------------------- */

static bool contains(const uint32_t *numbers, uint32_t count, uint32_t number) {
    for (uint32_t i = 0; i < count; i++)
        if (numbers[i] == number)
            return true;
    return false;
}

static void add_voice(struct room *room, struct publication *p) {
    struct ranking *r = &room->plane->ranking;
    if (r->count == r->space) {
        r->space = r->space ? 2 * r->space : 8;
        r->voices = need(realloc(r->voices, r->space * sizeof *r->voices));
        r->spare = need(realloc(r->spare, r->space * sizeof *r->spare));
    }
    uint32_t participant = p->transport->hearing.participant;
    r->voices[r->count++] = (struct voice){
        .publication = p->id,
        .participant = participant,
        .is_favoured = contains(room->participants, room->participant_count, participant) ||
                       contains(room->guests, room->guest_count, p->id),
        .meter = &p->meter,
    };
}

static bool is_audible(const struct publication *p) {
    return p->is_microphone && p->is_open && p->is_started;
}

typedef void each_voice(struct room *room, struct publication *p, uint64_t mark);

static void for_audible(struct room *room, each_voice *step, uint64_t mark) {
    for (uint32_t i = 0; i < room->members.count; i++) {
        struct transport *t = room->members.items[i];
        for (uint32_t n = 0; n < t->publications.count; n++) {
            struct publication *p = t->publications.items[n];
            if (is_audible(p))
                step(room, p, mark);
        }
    }
    for (uint32_t i = 0; i < room->guest_count; i++) {
        struct publication *p = id_find(&room->plane->publications, room->guests[i]);
        if (p && is_audible(p) && p->transport->hearing.room != room)
            step(room, p, mark);
    }
}

static void set_mark(struct room *room, struct publication *p, uint64_t mark) {
    (void)room;
    p->mark = mark;
}

static void take_marked(struct room *room, struct publication *p, uint64_t mark) {
    if (p->mark != mark)
        return;
    p->mark = 0;
    add_voice(room, p);
}

/* Those of the last ranking that are still there, in its order, then the new ones. */
static void collect(struct room *room) {
    uint64_t mark = ++room->plane->marks;
    room->plane->ranking.count = 0;
    for_audible(room, set_mark, mark);
    for (uint32_t i = 0; i < room->count; i++) {
        struct publication *p = id_find(&room->plane->publications, room->order[i]);
        if (p)
            take_marked(room, p, mark);
    }
    for_audible(room, take_marked, mark);
}

/* Whether it is another ranking than before. */
static bool rank(struct room *room, int64_t now) {
    collect(room);
    struct ranking *r = &room->plane->ranking;
    sound_rank(r->voices, r->spare, r->count, now);
    bool is_other = r->count != room->count;
    if (r->count > room->space) {
        room->space = r->space;
        room->order = need(realloc(room->order, room->space * sizeof *room->order));
    }
    for (uint32_t i = 0; i < r->count; i++) {
        is_other = is_other || room->order[i] != r->voices[i].publication;
        room->order[i] = r->voices[i].publication;
    }
    room->count = r->count;
    return is_other;
}

/* ---- moving ----------------------------------------------------------------------------- */

static uint32_t carried(const struct slot *slot) {
    const struct stream *stream = slot->target ? slot->target : slot->current;
    return stream ? stream->publication->id : 0;
}

static void fill(struct plane *plane, struct slot *slot, uint32_t publication, int64_t now) {
    struct publication *p = publication ? id_find(&plane->publications, publication) : NULL;
    struct stream *stream = p ? publication_best(p) : NULL;
    struct stream *shown = slot->target ? slot->target : slot->current;
    if (stream == shown)
        return;
    if (stream)
        slot_show(slot, stream, now);
    else
        slot_clear(slot);
}

static void tell_plan(struct transport *t) {
    uint8_t message[8 + 4 * (1 + SOUND_PLACES)];
    struct writer w = {message};
    write8(&w, UP_SOUND);
    write32(&w, t->id);
    for (uint32_t i = 0; i <= t->hearing.place_count; i++)
        write32(&w, t->hearing.told[i]);
    control_send(&t->plane->control, message, (size_t)(w.at - message), false);
}

static void route(struct room *room, struct transport *t, int64_t now) {
    struct hearing *h = &t->hearing;
    uint32_t has[SOUND_PLACES], planned[1 + SOUND_PLACES] = {0};
    for (uint32_t i = 0; i < h->place_count; i++)
        has[i] = carried(h->places[i]);
    struct listener listener = {h->participant, h->on_stage, h->stage != NULL, h->place_count};
    sound_plan(room->plane->ranking.voices, room->count, &listener, has, &planned[0], planned + 1);
    if (h->stage)
        fill(room->plane, h->stage, planned[0], now);
    for (uint32_t i = 0; i < h->place_count; i++)
        fill(room->plane, h->places[i], planned[1 + i], now);
    if (memcmp(planned, h->told, sizeof planned) == 0)
        return;
    memcpy(h->told, planned, sizeof planned);
    tell_plan(t);
}

void rooms_route(struct plane *plane, int64_t now) {
    plane->is_sound_due = false;
    for (uint32_t i = 0; i < plane->all_rooms.count; i++) {
        struct room *room = plane->all_rooms.items[i];
        bool is_other = rank(room, now);
        if (!is_other && !room->is_changed)
            continue;
        room->is_changed = false;
        for (uint32_t n = 0; n < room->members.count; n++)
            route(room, room->members.items[n], now);
    }
}

void rooms_tell_speakers(struct plane *plane, int64_t now) {
    for (uint32_t i = 0; i < plane->all_rooms.count; i++) {
        struct room *room = plane->all_rooms.items[i];
        uint8_t message[8 + 5 * SPEAKERS_TOLD];
        struct writer w = {message};
        write8(&w, UP_SPEAKERS);
        write32(&w, room->id);
        uint32_t told = 0;
        for (uint32_t n = 0; n < room->count && told < SPEAKERS_TOLD; n++) {
            struct publication *p = id_find(&plane->publications, room->order[n]);
            if (p == NULL || !is_audible(p) || !level_is_speaking(&p->meter, now))
                continue;
            write32(&w, p->transport->hearing.participant);
            write8(&w, (uint8_t)lrint(level_now(&p->meter, now)));
            told++;
        }
        if (told || room->is_anybody_speaking)
            control_send(&plane->control, message, (size_t)(w.at - message), true);
        room->is_anybody_speaking = told > 0;
    }
}
