-- Who a person is, and was: what is left of them on seats that say otherwise by now, and the words of
-- the ledger that go when they are erased.

-- By what a seat's holder was known until then: the seat is another's by now, the name was taken off it
-- at its end, or the address has changed. What is to be told and forgotten of a person is found by it.
create table former_identities (
  organization_id uuid not null,
  member_id uuid not null,
  -- Counts within the seat.
  number integer not null,
  user_id text not null,
  email text not null,
  email_key text not null,
  name text,
  avatar_url text,
  joined_at timestamptz,
  -- Until when the seat said so.
  until timestamptz not null,
  primary key (organization_id, member_id, number),
  foreign key (organization_id, member_id) references members (organization_id, id)
);

create index former_identities_by_user on former_identities (user_id);

-- The uuid of `mem_…`: the reverse of `type_id`, for what follows alone.
create function uuid_of_type_id(id text) returns uuid language sql immutable as $$
  with bits as (
    select substr(string_agg(
      ((position(substr(right(id, 26), place, 1) in '0123456789abcdefghjkmnpqrstvwxyz') - 1)::bit(5))::text,
      '' order by place), 3) as text
    from generate_series(1, 26) place)
  select string_agg(to_hex((substr(text, 4 * place + 1, 4)::bit(4))::integer), '' order by place)::uuid
  from bits, generate_series(0, 31) place
$$;

-- What the log still says of those who have gone: who held a seat that was taken over, and whose name
-- was taken off at the end. What has been blotted out names nobody. A key is known where the address is
-- that of an offer or the seat; elsewhere it is what almost all of them are.
with told as (
  select e.organization_id, uuid_of_type_id(e.subject_id) as member_id, e.position, e.occurred_at,
    p.leaves #>> '{changes.user_id,0,0}' as user_id,
    coalesce(p.leaves #>> '{changes.email,0,0}', p.leaves #>> '{data.email,0}') as email,
    p.leaves #>> '{changes.name,0,0}' as name,
    coalesce(e.changes #>> '{joined_at,0}', p.leaves #>> '{changes.joined_at,0,0}') as joined_at
  from events e
  join event_personal p using (organization_id, keep_until)
  where p.event_id = e.id and p.leaves #>> '{changes.user_id,1}' is not null
    and e.type in ('reassignment.completed', 'member.removed', 'member.left')
    and e.subject_id ~ '^mem_[0-7][0-9a-hjkmnp-tv-z]{25}$')
insert into former_identities
  (organization_id, member_id, number, user_id, email, email_key, name, joined_at, until)
select t.organization_id, m.id,
  row_number() over (partition by t.organization_id, m.id order by t.position),
  t.user_id, t.email,
  coalesce(
    case when m.email = t.email then m.email_key end,
    (select i.email_key from invitations i
      where i.organization_id = m.organization_id and i.member_id = m.id and i.email = t.email limit 1),
    lower(t.email)),
  t.name, coalesce(t.joined_at::timestamptz, case when m.email = t.email then m.joined_at end),
  t.occurred_at
from told t
join members m on m.organization_id = t.organization_id and m.id = t.member_id
where t.user_id is not null and t.email is not null;

drop function uuid_of_type_id(text);

-- History is not corrected: only what is wrong with it is offset by another transfer. Of a deleted
-- organization it goes with the rest. Of a person who is erased the host's words go, and nothing else:
-- what was moved, when, and between whom stays as it is.
create or replace function refuse_credit_history_change() returns trigger language plpgsql as $$
declare
  words constant text[] := '{reason,reference,metadata}';
begin
  if tg_op = 'DELETE' and not exists (
    select from organizations o where o.id = old.organization_id and o.status <> 'deleted') then
    return old;
  end if;
  if tg_op = 'UPDATE' and tg_table_name = 'credit_transfers'
    and current_setting('muster.erasure', true) = 'on' then
    -- Of a generated column nothing is known before the row is written.
    if to_jsonb(new) - words - 'other_id' = to_jsonb(old) - words - 'other_id'
      and new.reason is null and new.reference is null and new.metadata = '{}' then
      return new;
    end if;
  end if;
  raise exception 'credit transfers are never changed';
end
$$;
