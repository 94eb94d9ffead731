/* Packets that go again to a viewer: what was asked for, and on a lossy link a little more.

   Browsers play out within a few dozen milliseconds and skip a picture that is not whole by then.
   Two losses are noticed too late for that. A picture's last packet is missed only when the next
   picture comes, so on a lossy link it is sent again while nothing follows it; a small one twice,
   since that costs little and pictures of one packet have nothing else. And what was asked for is
   asked for again after a tenth of a second at the earliest, so its answer is sent twice, a tick
   apart, as losses come in bursts.

   A link is lossy while its viewer asks for more than a packet a second. Where the pacer holds
   packets back there is no room for anything nobody asked for. */
#include "plane.h"

/* Packets answered to one NACK at most. */
#define RESENT_AT_ONCE 100
#define LOSSY 2.0f
#define MOST_LOSSY 8.0f
#define FADING_NS SECOND_NS
#define GUARD_AFTER_NS (5 * MS_NS)
#define GUARD_WITHIN_NS (200 * MS_NS)
#define SMALL_OCTETS 500

/* ---- how lossy --------------------------------------------------------------------------- */

static void fade(struct lossiness *l, int64_t now) {
    l->score -= (float)(now - l->at_ns) / FADING_NS;
    if (l->score < 0)
        l->score = 0;
    l->at_ns = now;
}

static bool is_lossy(struct transport *t, int64_t now) {
    if (t->lossiness.score == 0)
        return false;
    fade(&t->lossiness, now);
    return t->lossiness.score > LOSSY;
}

static void note_loss(struct transport *t, int64_t now) {
    fade(&t->lossiness, now);
    /* However many at once: an outage is one loss. */
    if (t->lossiness.score < MOST_LOSSY)
        t->lossiness.score += 1;
    else
        t->lossiness.score = MOST_LOSSY;
}

/* ---- what is asked for ------------------------------------------------------------------- */

static void doubt(struct doubts *d, uint16_t number) {
    for (uint32_t i = 0; i < d->again_count; i++)
        if (d->again[i] == number)
            return;
    if (d->again_count < DOUBTS)
        d->again[d->again_count++] = number;
}

void slot_retransmit(struct slot *s, const uint16_t *numbers, size_t count, int64_t now) {
    if (!slot_is_connected(s) || count == 0)
        return;
    s->nacked += (uint32_t)count;
    note_loss(s->transport, now);
    bool is_doubtful = is_lossy(s->transport, now);
    if (count > RESENT_AT_ONCE)
        count = RESENT_AT_ONCE;
    for (size_t i = 0; i < count; i++)
        if (slot_resend(s, numbers[i], true, now) && is_doubtful)
            doubt(&s->doubts, numbers[i]);
}

/* ---- what nobody asked for --------------------------------------------------------------- */

static void guard_last(struct slot *s, int64_t now) {
    struct doubts *d = &s->doubts;
    if (!s->has_last)
        return;
    const struct sent *record = &s->ring[s->last_sequence & s->ring_mask];
    int64_t since = now - record->sent_ns;
    bool ends_picture = record->second & 0x80;
    if (record->sequence != s->last_sequence || !ends_picture || since < GUARD_AFTER_NS ||
        since > GUARD_WITHIN_NS)
        return;
    if (d->guarded != s->last_sequence) {
        d->guarded = s->last_sequence;
        d->guards = 0;
    }
    uint32_t most = record->octets <= SMALL_OCTETS ? 2 : 1;
    if (d->guards < most) {
        d->guards++;
        slot_resend(s, s->last_sequence, false, now);
    }
}

static void guard_slot(struct slot *s, bool is_doubtful, int64_t now) {
    uint32_t count = s->doubts.again_count;
    s->doubts.again_count = 0;
    if (!is_doubtful || !s->is_video || !slot_is_connected(s))
        return;
    for (uint32_t i = 0; i < count; i++)
        slot_resend(s, s->doubts.again[i], false, now);
    guard_last(s, now);
}

void transport_guard(struct transport *t, int64_t now) {
    if (t->lossiness.score == 0)
        return;
    bool is_doubtful = is_lossy(t, now) && downlink_has_room(t);
    for (uint32_t i = 0; i < t->slots.count; i++)
        guard_slot(t->slots.items[i], is_doubtful, now);
}
