-- How credits move: one function, which whoever moves credits calls.

-- A wanted transfer, with what is resolved of it before anything is locked.
create type credit_work as (
  place integer, organization_id uuid, id uuid, rest_id uuid, kind text, amount bigint,
  member_id uuid, to_member_id uuid, of_id uuid, idempotency_key text, reference text, reason text,
  metadata jsonb, priority smallint, expires_at timestamptz, actor_type text, actor_id text,
  request_id text, at timestamptz, trusted boolean, low_at integer[],
  -- Whose accounts it touches: who pays, who gets, who uses; and the transfer it refers to.
  payer uuid, getter uuid, user_id uuid, of_kind text, of_amount bigint, of_member_id uuid,
  of_expires_at timestamptz);

-- Takes `amount` out of what a holder has, in the order in which credits are used: priority, then
-- the earliest expiry, then the oldest. `plain`: what it has beside its lots. Given on, what is taken
-- stays what it is.
create function burn_credit_lots(
  organization_id uuid, holder_id uuid, to_holder_id uuid, amount bigint, plain bigint,
  transfer_id uuid, at timestamptz)
returns void language plpgsql as $$
#variable_conflict use_column
declare
  lot record;
  left_over bigint := burn_credit_lots.amount;
  taken bigint;
begin
  for lot in
    select l.top_up_id, l.remaining, l.priority, coalesce(l.expires_at, 'infinity') as expires_at
    from credit_lots l
    where l.organization_id = burn_credit_lots.organization_id
      and l.holder_id = burn_credit_lots.holder_id
      and (l.expires_at is null or l.expires_at > at)
    union all
    select null, plain, 50::smallint, 'infinity'
    order by priority, expires_at, top_up_id nulls first
  loop
    exit when left_over = 0;
    taken := least(left_over, lot.remaining);
    continue when taken <= 0;
    left_over := left_over - taken;
    continue when lot.top_up_id is null;
    perform take_credit_lot(burn_credit_lots.organization_id, burn_credit_lots.holder_id,
      lot.top_up_id, taken);
    perform note_credit_lot(burn_credit_lots.organization_id, burn_credit_lots.transfer_id,
      lot.top_up_id, taken, to_holder_id, lot.priority, lot.expires_at);
  end loop;
  if left_over > 0 then
    raise exception 'more credits were taken than there are';
  end if;
end
$$;

create function take_credit_lot(
  organization_id uuid, holder_id uuid, top_up_id uuid, amount bigint)
returns void language plpgsql as $$
begin
  delete from credit_lots l
    where l.organization_id = take_credit_lot.organization_id
      and l.holder_id = take_credit_lot.holder_id and l.top_up_id = take_credit_lot.top_up_id
      and l.remaining = take_credit_lot.amount;
  if not found then
    update credit_lots l set remaining = l.remaining - take_credit_lot.amount
      where l.organization_id = take_credit_lot.organization_id
        and l.holder_id = take_credit_lot.holder_id and l.top_up_id = take_credit_lot.top_up_id;
  end if;
end
$$;

-- Writes down what a transfer took of a top-up, and gives it to whoever gets it.
create function note_credit_lot(
  organization_id uuid, transfer_id uuid, top_up_id uuid, amount bigint, to_holder_id uuid,
  priority smallint, expires_at timestamptz)
returns void language plpgsql as $$
begin
  insert into credit_transfer_lots (organization_id, transfer_id, top_up_id, amount)
    values (note_credit_lot.organization_id, note_credit_lot.transfer_id, note_credit_lot.top_up_id,
      note_credit_lot.amount);
  if to_holder_id is not null then
    insert into credit_lots as known
      (organization_id, holder_id, top_up_id, remaining, priority, expires_at)
      values (note_credit_lot.organization_id, note_credit_lot.to_holder_id,
        note_credit_lot.top_up_id, note_credit_lot.amount, note_credit_lot.priority,
        nullif(note_credit_lot.expires_at, 'infinity'))
    on conflict on constraint credit_lots_pkey
      do update set remaining = known.remaining + excluded.remaining;
  end if;
end
$$;

-- Gives on what an earlier transfer took, `amount` of it after the first `skip`, in the order in
-- which it was taken. Without a holder it is used up.
create function pass_credit_lots(
  organization_id uuid, of_id uuid, skip bigint, amount bigint, to_holder_id uuid,
  transfer_id uuid)
returns void language plpgsql as $$
#variable_conflict use_column
declare
  part record;
begin
  for part in
    with noted as (
      select l.top_up_id, l.amount, coalesce(t.priority, 50::smallint) as priority,
        coalesce(t.expires_at, 'infinity') as expires_at
      from credit_transfer_lots l
      join credit_transfers t on t.organization_id = l.organization_id and t.id = l.top_up_id
      where l.organization_id = pass_credit_lots.organization_id
        and l.transfer_id = pass_credit_lots.of_id),
    parts as (
      select * from noted
      union all
      select null, o.amount - (select coalesce(sum(n.amount), 0) from noted n)::bigint,
        50::smallint, 'infinity'
      from credit_transfers o where o.organization_id = pass_credit_lots.organization_id
        and o.id = pass_credit_lots.of_id),
    placed as (
      select top_up_id, priority, expires_at, amount as size,
        (sum(amount) over (order by priority, expires_at, top_up_id nulls first))::bigint as until
      from parts)
    select top_up_id, priority, expires_at,
      least(until, skip + pass_credit_lots.amount) - greatest(until - size, skip) as taken
    from placed
  loop
    continue when part.top_up_id is null or part.taken <= 0;
    perform note_credit_lot(pass_credit_lots.organization_id, pass_credit_lots.transfer_id,
      part.top_up_id, part.taken, to_holder_id, part.priority, part.expires_at);
  end loop;
end
$$;

-- Does the wanted transfers in the order given, as if one by one, and says what became of each:
-- `created` and `replayed` (its key was used before), `nothing` (there was nothing to reclaim), or
-- why it was refused. `alone`: the call is a transaction by itself, so there would be nothing in which to
-- tell that little is left; then it fails with MU001 and can be done again within one. A call has no idempotency key and no `of_id` twice. Accounts are locked in one
-- order, pools before members', so that no two calls wait for each other.
create function apply_credit_transfers(given json, alone boolean)
returns table (
  place integer, outcome text, known_id uuid, amount bigint, from_account text, from_id uuid,
  to_account text, to_id uuid, member_id uuid, balance bigint, rest bigint, detail bigint,
  member_status text, crossing integer)
language plpgsql volatile
-- Tables grow faster than what is known of them: each look-up goes by its index. And arrays are not to
-- become constants of a plan, which are read from their beginning for each element.
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
set jit = off
as $$
#variable_conflict use_variable
declare
  nobody constant uuid := '00000000-0000-0000-0000-000000000000';
  most constant bigint := 9007199254740991;
  work credit_work[];
  w credit_work;
  -- By the place of a transfer: the positions of its accounts among those that are locked.
  payers integer[]; getters integer[]; users integer[]; pools integer[];
  -- By position.
  organizations uuid[]; holders uuid[];
  issued bigint[]; balances bigint[]; held bigint[]; spent bigint[];
  used bigint[]; requests bigint[]; last_used timestamptz[];
  statuses text[]; with_lots boolean[];
  -- By place.
  outcomes text[]; known uuid[]; amounts bigint[]; from_accounts text[]; from_ids uuid[];
  to_accounts text[]; to_ids uuid[]; member_ids uuid[]; left_balances bigint[]; rests bigint[];
  rest_ids uuid[]; rest_balances bigint[];
  details bigint[]; told_statuses text[]; crossings integer[]; ends boolean[];
  hold credit_holds;
  lot credit_lots;
  n integer; p integer; g integer; u integer; i integer; threshold integer;
  size bigint; available bigint; before bigint; base bigint;
  status text; came_from text; goes_to text; refusal text;
begin
  work := array(
    select row(g.place, g.organization_id, g.id, g.rest_id, g.kind, g.amount, g.member_id,
      g.to_member_id, g.of_id, g.idempotency_key, g.reference, g.reason, g.metadata, g.priority,
      g.expires_at, g.actor_type, g.actor_id, g.request_id, g.at, g.trusted, g.low_at,
      case
        when g.kind in ('spend', 'hold') then
          case when coalesce(s.mode, g.modes[1]) = 'shared_pool' then nobody
          else coalesce(g.member_id, nobody) end
        when g.kind in ('reclaim', 'move', 'expire') then coalesce(g.member_id, nobody)
        when g.of_id is not null then coalesce(o.to_id, nobody)
        else nobody
      end,
      case
        when g.kind = 'allocate' then g.member_id
        when g.kind = 'move' then g.to_member_id
        when g.kind in ('spend', 'hold') then null
        when g.kind = 'capture' and coalesce(g.amount, o.amount) >= o.amount then null
        -- Also what comes back of somebody who has left.
        else nobody
      end,
      case
        when g.kind in ('spend', 'hold') then coalesce(g.member_id, nobody)
        when g.kind in ('capture', 'refund') then coalesce(o.member_id, nobody)
      end,
      o.kind, o.amount, o.member_id, o.expires_at)::credit_work
    from json_to_recordset(given) as g(
      place integer, organization_id uuid, id uuid, rest_id uuid, kind text, amount bigint,
      member_id uuid, to_member_id uuid, of_id uuid, idempotency_key text, reference text,
      reason text, metadata jsonb, priority smallint, expires_at timestamptz, actor_type text,
      actor_id text, request_id text, at timestamptz, trusted boolean, low_at integer[],
      modes text[])
    left join lateral (
      select t.kind, t.amount, t.member_id, t.to_id, t.expires_at from credit_transfers t
      where t.organization_id = g.organization_id and t.id = g.of_id limit 1) o on true
    left join lateral (
      select c.mode from credit_settings c
      where c.organization_id = g.organization_id and c.mode = any(g.modes) limit 1) s on true
    order by g.place);
  n := coalesce(array_length(work, 1), 0);
  if n = 0 then
    return;
  end if;

  with ranked as materialized (
    select t.place, t.part, t.organization_id, t.holder,
      dense_rank() over (order by t.holder <> nobody, t.organization_id, t.holder)::integer as rank
    from (
      select x.place, x.organization_id, touched.part, touched.holder
      from unnest(work) x
      cross join lateral (values ('payer', x.payer), ('getter', x.getter), ('user', x.user_id))
        touched(part, holder)
      where touched.holder is not null) t),
  accounts as (
    select distinct r.rank, r.organization_id, r.holder from ranked r),
  places as (
    select r.place, max(r.rank) filter (where r.part = 'payer') as payer,
      max(r.rank) filter (where r.part = 'getter') as getter,
      max(r.rank) filter (where r.part = 'user') as user_of
    from ranked r group by r.place)
  select (select array_agg(s.payer order by s.place) from places s),
    (select array_agg(s.getter order by s.place) from places s),
    (select array_agg(s.user_of order by s.place) from places s),
    (select array_agg(a.organization_id order by a.rank) from accounts a),
    (select array_agg(a.holder order by a.rank) from accounts a)
    into payers, getters, users, organizations, holders;

  -- An account is made by whoever holds its organization's pool, so nobody makes it at the same time.
  if exists (
    select from unnest(organizations, holders) x(organization_id, holder_id)
    where (select 1 from credit_accounts a
      where a.organization_id = x.organization_id and a.holder_id = x.holder_id) is null)
  then
    insert into credit_accounts (organization_id, holder_id)
      select distinct x.organization_id, nobody from unnest(organizations) x(organization_id)
      order by 1 on conflict do nothing;
    perform from (
      select distinct x.organization_id from unnest(organizations) x(organization_id) order by 1) o
      cross join lateral (
        select from credit_accounts a
        where a.organization_id = o.organization_id and a.holder_id = nobody
        for no key update) locked;
    insert into credit_accounts (organization_id, holder_id)
      select x.organization_id, x.holder_id
      from unnest(organizations, holders) x(organization_id, holder_id)
      where x.holder_id <> nobody and (
        (select 1 from members m
          where m.organization_id = x.organization_id and m.id = x.holder_id) is not null
        or exists (select from unnest(work) y
          where y.trusted and x.holder_id in (y.member_id, y.to_member_id)))
      order by x.organization_id, x.holder_id on conflict do nothing;
  end if;

  -- Null: nobody of that id.
  select array_agg(a.issued order by x.rank), array_agg(a.balance order by x.rank),
    array_agg(a.held order by x.rank), array_agg(a.spent order by x.rank),
    array_agg(a.used order by x.rank), array_agg(a.requests order by x.rank),
    array_agg(a.last_used_at order by x.rank)
    into issued, balances, held, spent, used, requests, last_used
    from unnest(organizations, holders) with ordinality x(organization_id, holder_id, rank)
    left join lateral (
      select c.* from credit_accounts c
      where c.organization_id = x.organization_id and c.holder_id = x.holder_id
      for no key update) a on true;

  -- A statement of its own: it sees what was committed while the one before it waited.
  select array_agg(m.status order by x.rank), array_agg(l.found is not null order by x.rank)
    into statuses, with_lots
    from unnest(organizations, holders) with ordinality x(organization_id, holder_id, rank)
    left join lateral (
      select member_status_at(c.status, c.offer_expires_at, c.offer_lapses_to,
        (select max(y.at) from unnest(work) y)) as status
      from members c where c.organization_id = x.organization_id and c.id = x.holder_id limit 1
    ) m on true
    left join lateral (
      select 1 as found from credit_lots c
      where c.organization_id = x.organization_id and c.holder_id = x.holder_id limit 1) l on true;

  select array_agg(t.id order by x.place) into known
    from unnest(work) x
    left join lateral (
      select c.id from credit_transfers c
      where x.idempotency_key is not null and c.organization_id = x.organization_id
        and c.idempotency_key = x.idempotency_key limit 1) t on true;

  for i in 1..n loop
    w := work[i];
    p := payers[i]; g := getters[i]; u := users[i];
    size := w.amount; refusal := null; available := null; status := null;
    outcomes[i] := 'created'; crossings[i] := null; rests[i] := 0; ends[i] := false;
    member_ids[i] := coalesce(w.to_member_id, w.member_id, w.of_member_id);

    if known[i] is not null then
      outcomes[i] := 'replayed';
      continue;
    end if;

    if w.kind in ('top_up', 'hold') and w.expires_at <= w.at then
      outcomes[i] := 'over_already';
      continue;
    end if;

    came_from := case when holders[p] = nobody then 'pool' else 'member' end;
    goes_to := case when g is null or holders[g] = nobody then 'pool' else 'member' end;

    -- Who may, right now.
    if not w.trusted then
      if w.kind in ('spend', 'hold') and w.member_id is not null then
        status := statuses[u];
        refusal := case when status is null then 'unknown_member'
          when status <> 'active' then 'credits_frozen' end;
      elsif w.kind in ('allocate', 'reclaim', 'move') then
        if came_from = 'member' then
          status := statuses[p];
          refusal := case when status is null then 'unknown_member'
            when status not in ('active', 'invited') then 'credits_frozen' end;
        end if;
        if refusal is null and goes_to = 'member' then
          status := statuses[g];
          refusal := case when status is null then 'unknown_member'
            when status not in ('active', 'invited') then 'credits_frozen' end;
          if refusal is not null then
            details[i] := 1;
          end if;
        end if;
      end if;
    end if;

    -- How much, and from where to where.
    if refusal is null then
      case
        when w.kind = 'top_up' then
          came_from := 'issued'; g := p;
          available := most - issued[p];
          refusal := case when size > available then 'credit_amount_too_large' end;
        when w.kind = 'expire' then
          goes_to := 'issued';
          size := (select l.remaining from credit_lots l where l.organization_id = w.organization_id
            and l.holder_id = holders[p] and l.top_up_id = w.of_id);
          refusal := case when size is null then 'nothing' end;
        when w.kind in ('capture', 'release') then
          came_from := 'held';
          select h.* into hold from credit_holds h
            where h.organization_id = w.organization_id and h.id = w.of_id;
          if not found then
            refusal := case
              when w.of_kind is distinct from 'hold' then 'unknown_transfer'
              when exists (select from credit_transfers t where t.organization_id = w.organization_id
                and t.of_id = w.of_id and t.ends_hold and t.kind = 'release'
                and t.created_at >= w.of_expires_at) then 'hold_expired'
              else 'hold_ended' end;
          elsif hold.expires_at <= w.at and not w.trusted then
            refusal := 'hold_expired';
          else
            size := case when w.kind = 'release' then hold.amount else coalesce(size, hold.amount) end;
            available := hold.amount;
            ends[i] := true;
            if size > available then
              refusal := 'exceeds_hold';
            elsif w.kind = 'capture' then
              goes_to := 'spent'; g := p;
              rests[i] := hold.amount - size;
            end if;
          end if;
        when w.kind = 'refund' then
          came_from := 'spent';
          if w.of_kind is null or w.of_kind not in ('spend', 'capture') then
            refusal := 'unknown_transfer';
          else
            available := w.of_amount - (select coalesce(sum(t.amount), 0) from credit_transfers t
              where t.organization_id = w.organization_id and t.of_id = w.of_id
                and t.kind = 'refund');
            size := coalesce(size, available);
            refusal := case when size > available or size = 0 then 'exceeds_spend' end;
          end if;
        else
          -- What has expired is there until somebody writes it, and of no use.
          available := balances[p];
          if with_lots[p] then
            available := available - (select coalesce(sum(l.remaining), 0) from credit_lots l
              where l.organization_id = w.organization_id and l.holder_id = holders[p]
                and l.expires_at <= w.at);
          end if;
          if w.kind = 'reclaim' and size is null then
            size := case when w.trusted then balances[p] else available end;
            refusal := case when size = 0 then 'nothing' end;
          elsif size > available then
            refusal := 'insufficient_credits';
          end if;
          if w.kind = 'spend' then
            goes_to := 'spent'; g := p;
          elsif w.kind = 'hold' then
            goes_to := 'held'; g := p;
          end if;
      end case;
    end if;
    if refusal is not null then
      outcomes[i] := refusal; details[i] := coalesce(details[i], available); told_statuses[i] := status;
      continue;
    end if;

    -- What comes back goes to whoever had it, unless it has left.
    if w.kind in ('release', 'refund') or rests[i] > 0 then
      if holders[p] = nobody or statuses[p] is null
        or statuses[p] in ('removed', 'invitation_expired') then
        g := getters[i];
      else
        g := p;
      end if;
      if w.kind <> 'capture' then
        goes_to := case when holders[g] = nobody then 'pool' else 'member' end;
      end if;
    end if;

    -- Top-ups of their own kind are told apart.
    if came_from in ('pool', 'member') and with_lots[p] then
      if w.kind = 'expire' or (w.kind = 'reclaim' and w.trusted) then
        for lot in
          delete from credit_lots l where l.organization_id = w.organization_id
            and l.holder_id = holders[p] and (w.kind = 'reclaim' or l.top_up_id = w.of_id)
          returning l.*
        loop
          perform note_credit_lot(w.organization_id, w.id, lot.top_up_id, lot.remaining,
            case when w.kind = 'reclaim' then holders[g] end, lot.priority, lot.expires_at);
        end loop;
      else
        perform burn_credit_lots(w.organization_id, holders[p],
          case when goes_to in ('pool', 'member') then holders[g] end, size,
          balances[p] - (select coalesce(sum(l.remaining), 0) from credit_lots l
            where l.organization_id = w.organization_id and l.holder_id = holders[p])::bigint,
          w.id, w.at);
      end if;
      with_lots[g] := with_lots[g] or goes_to in ('pool', 'member');
    elsif came_from in ('held', 'spent') then
      if exists (select from credit_transfer_lots l
        where l.organization_id = w.organization_id and l.transfer_id = w.of_id)
      then
        perform pass_credit_lots(w.organization_id, w.of_id,
          case when w.kind = 'refund' then available - size else 0 end, size,
          case when goes_to in ('pool', 'member') then holders[g] end, w.id);
        if rests[i] > 0 then
          perform pass_credit_lots(w.organization_id, w.of_id, size, rests[i], holders[g],
            w.rest_id);
        end if;
        with_lots[g] := true;
      end if;
    elsif w.kind = 'top_up' and (w.expires_at is not null or w.priority is not null) then
      insert into credit_lots (organization_id, holder_id, top_up_id, remaining, priority, expires_at)
        values (w.organization_id, nobody, w.id, size, coalesce(w.priority, 50), w.expires_at);
      with_lots[p] := true;
    end if;

    before := balances[p];
    base := case when holders[p] = nobody then issued[p] else balances[p] + held[p] + spent[p] end;
    case came_from
      when 'issued' then issued[p] := issued[p] + size;
      when 'held' then held[p] := held[p] - size - rests[i];
      when 'spent' then spent[p] := spent[p] - size;
      else balances[p] := balances[p] - size;
    end case;
    case goes_to
      when 'issued' then
        -- The pool's row has the figure of what was issued.
        issued[getters[i]] := issued[getters[i]] - size;
        g := getters[i];
      when 'held' then held[p] := held[p] + size;
      when 'spent' then spent[p] := spent[p] + size;
      else balances[g] := balances[g] + size;
    end case;
    if rests[i] > 0 then
      balances[g] := balances[g] + rests[i];
      rest_ids[i] := holders[g]; rest_balances[i] := balances[g];
    end if;
    if w.kind in ('spend', 'capture') then
      used[u] := used[u] + size; requests[u] := requests[u] + 1;
      last_used[u] := greatest(last_used[u], w.at);
    elsif w.kind = 'refund' then
      used[u] := used[u] - size;
    elsif w.kind = 'hold' then
      insert into credit_holds (organization_id, id, holder_id, member_id, amount, expires_at)
        values (w.organization_id, w.id, holders[p], w.member_id, size, w.expires_at);
    end if;
    if ends[i] then
      delete from credit_holds h where h.organization_id = w.organization_id and h.id = w.of_id;
    end if;

    if w.kind in ('spend', 'hold', 'allocate') then
      if balances[p] = 0 then
        crossings[i] := 0;
      else
        foreach threshold in array w.low_at loop
          if before * 100 > threshold * base and balances[p] * 100 <= threshold * base then
            crossings[i] := least(crossings[i], threshold);
          end if;
        end loop;
      end if;
      if alone and crossings[i] is not null then
        raise exception 'little is left, which is to be told' using errcode = 'MU001';
      end if;
    end if;
    amounts[i] := size;
    from_accounts[i] := came_from; from_ids[i] := holders[p];
    to_accounts[i] := goes_to;
    to_ids[i] := case when goes_to in ('held', 'spent') then holders[p] else holders[g] end;
    left_balances[i] := case when came_from in ('pool', 'member') or w.kind = 'capture'
      then balances[p] else balances[g] end;
  end loop;

  update credit_accounts a set issued = x.issued, balance = x.balance, held = x.held,
      spent = x.spent, used = x.used, requests = x.requests, last_used_at = x.last_used_at
    from unnest(organizations, holders, issued, balances, held, spent, used, requests, last_used)
      x(organization_id, holder_id, issued, balance, held, spent, used, requests, last_used_at)
    where a.organization_id = x.organization_id and a.holder_id = x.holder_id
      and (a.issued, a.balance, a.held, a.spent, a.used, a.requests)
        is distinct from (x.issued, x.balance, x.held, x.spent, x.used, x.requests);

  insert into credit_transfers (organization_id, id, kind, amount, from_account, from_id, to_account,
      to_id, member_id, of_id, ends_hold, balance, idempotency_key, reference, reason, metadata,
      priority, expires_at, actor_type, actor_id, request_id, created_at)
    select x.organization_id, x.id, x.kind, amounts[x.place], from_accounts[x.place],
      from_ids[x.place], to_accounts[x.place], to_ids[x.place], member_ids[x.place], x.of_id,
      ends[x.place], left_balances[x.place], x.idempotency_key, x.reference, x.reason,
      coalesce(x.metadata, '{}'), x.priority, x.expires_at, x.actor_type, x.actor_id, x.request_id,
      x.at
    from unnest(work) x where outcomes[x.place] = 'created'
    union all
    -- What was held and not captured.
    select x.organization_id, x.rest_id, 'release', rests[x.place], 'held', from_ids[x.place],
      case when rest_ids[x.place] = nobody then 'pool' else 'member' end, rest_ids[x.place],
      member_ids[x.place], x.of_id, false, rest_balances[x.place],
      null, x.reference, x.reason, '{}', null, null, x.actor_type, x.actor_id, x.request_id, x.at
    from unnest(work) x where outcomes[x.place] = 'created' and rests[x.place] > 0;

  return query
    select x.place, outcomes[x.place], known[x.place], amounts[x.place], from_accounts[x.place],
      from_ids[x.place], to_accounts[x.place], to_ids[x.place], member_ids[x.place],
      left_balances[x.place], rests[x.place], details[x.place], told_statuses[x.place],
      crossings[x.place]
    from unnest(work) x order by x.place;
end
$$;
