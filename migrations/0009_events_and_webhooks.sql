-- Events that a consumer can trust: a log that is only ever added to, in an order that every reader
-- sees alike, with what is personal apart; and webhooks, whose deliveries are made with the event.

-- The order of the feed. Drawn when the event is written, under the lock of its organization if there
-- is one, so what happened after something else comes after it. A transaction has its own id before it
-- draws: once all transactions that had one are over, no lower position can appear any more.
create sequence event_positions;

create function next_event_position() returns bigint language plpgsql as $$
begin
  perform pg_current_xact_id();
  return nextval('event_positions');
end
$$;

alter table events rename to events_before;
alter table events_before rename constraint events_pkey to events_before_pkey;

-- In parts by the month in which their retention ends, so that whatever a policy keeps, and however
-- long, what is over is dropped as a whole. The sweep `drop-old-events` makes the parts to come.
create table events (
  organization_id uuid not null,
  id uuid not null,
  -- The first instant of the month after the one in which its retention ends; the year 9999: never.
  keep_until timestamptz not null,
  position bigint not null default next_event_position(),
  type text not null,
  occurred_at timestamptz not null,
  actor_type text not null,
  -- Null also where it is the host's own id of a person, which is personal.
  actor_id text,
  subject_type text not null,
  subject_id text not null,
  -- Without what is personal.
  data jsonb not null,
  changes jsonb not null,
  request_id text,
  policy_version integer,
  primary key (organization_id, id, keep_until)
) partition by range (keep_until);

create index events_position on events (position);
create index events_of_organization on events (organization_id, position);
create index events_of_subject on events (organization_id, subject_id, position);
create index events_of_actor on events (organization_id, actor_id, position);
-- What befell a seat by what became of an offer of it.
create index events_of_seat on events (organization_id, (data ->> 'member_id'), position)
  where changes ? 'member_status';

-- `mem_…`, as events name what has the uuid in a table of its own: 26 digits of 5 bits each, of which
-- the first has 3. Written out, as it is done for every row of a list.
create function type_id(prefix text, id uuid) returns text language plpgsql immutable parallel safe
as $$
declare
  digits constant text := '0123456789abcdefghjkmnpqrstvwxyz';
  bits constant bit(130) := B'00' || ('x' || replace(id::text, '-', ''))::bit(128);
  told text := prefix || '_';
begin
  for digit in 0..25 loop
    told := told || substr(digits, substring(bits from digit * 5 + 1 for 5)::integer + 1, 1);
  end loop;
  return told;
end
$$;

-- What of an event is personal: `{path: [value, salt]}`, and once it is blotted out
-- `{path: [what is left, null, hash]}`. The log's seals cover the salted hash of each.
create table event_personal (
  organization_id uuid not null,
  event_id uuid not null,
  keep_until timestamptz not null,
  leaves jsonb not null,
  primary key (organization_id, event_id, keep_until)
) partition by range (keep_until);

create table events_forever partition of events for values from ('9999-01-01Z') to (maxvalue);
create table events_other partition of events default;
create table event_personal_forever partition of event_personal
  for values from ('9999-01-01Z') to (maxvalue);
create table event_personal_other partition of event_personal default;
-- By whom, where it is the host's own id of a person.
create index event_personal_of_actor on event_personal (organization_id, (leaves -> 'actor_id' ->> 0))
  where leaves ? 'actor_id';

-- Whatever may be personal, of events from before: everything that they say.
insert into event_personal (organization_id, event_id, keep_until, leaves)
select organization_id, id, '9999-01-01Z', (
  select coalesce(jsonb_object_agg(path, jsonb_build_array(value, replace(gen_random_uuid()::text, '-', ''))), '{}')
  from (
    select 'actor_name' as path, to_jsonb(actor_name) as value where actor_name is not null
    union all
    select 'actor_id', to_jsonb(actor_id) where actor_type = 'user' and actor_id is not null
    union all
    select 'data.' || key, value from jsonb_each(data)
    union all
    select 'changes.' || key, value from jsonb_each(changes)) leaf)
from events_before;

insert into events (organization_id, id, keep_until, type, occurred_at, actor_type, actor_id,
  subject_type, subject_id, data, changes, request_id, policy_version)
select organization_id, id, '9999-01-01Z', type, occurred_at, actor_type,
  case when actor_type <> 'user' then actor_id end, subject_type, subject_id, '{}', '{}', request_id,
  policy_version
from events_before order by id;

drop table events_before;

-- The log is only added to. Of a deleted organization it goes with the rest; what is past its
-- retention goes with its part, or where `drop-old-events` says so.
create function refuse_event_change() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' and (
    current_setting('muster.retention', true) = 'over' or not exists (
      select from organizations o where o.id = old.organization_id and o.status <> 'deleted')
    and old.organization_id <> '00000000-0000-0000-0000-000000000000')
  then
    return old;
  end if;
  raise exception 'events are never changed';
end
$$;
create trigger events_unchanged before update or delete on events
  for each row execute function refuse_event_change();

create function refuse_event_truncate() returns trigger language plpgsql as $$
begin
  raise exception 'events are never changed';
end
$$;
create trigger events_not_emptied before truncate on events
  for each statement execute function refuse_event_truncate();
-- A part can be named by itself, and has no triggers of its own but those of rows.
create trigger events_forever_not_emptied before truncate on events_forever
  for each statement execute function refuse_event_truncate();
create trigger events_other_not_emptied before truncate on events_other
  for each statement execute function refuse_event_truncate();

-- What a consumer is told by. Global: an organization's events may go to several.
create table webhook_endpoints (
  id uuid primary key,
  url text not null,
  description text,
  -- As they were given (`member.*`), and as patterns of `like`.
  event_types text[] not null,
  type_patterns text[] not null,
  -- Null: of every organization, and of the deployment itself.
  organization_ids uuid[],
  enabled boolean not null,
  -- Whether the events of an organization wait for each other.
  ordered boolean not null,
  -- Whom it is told by mail that it has been disabled.
  contact_email text,
  -- Encrypted. The one before signs as well until its time is over.
  secret bytea not null,
  previous_secret bytea,
  previous_secret_until timestamptz,
  disabled_at timestamptz,
  disabled_reason text check (disabled_reason in ('manual', 'gone', 'failing')),
  -- Since when nothing has succeeded, how often in a row, and until when nobody tries.
  failing_since timestamptz,
  failures integer not null default 0,
  paused_until timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  check (enabled = (disabled_at is null) and enabled = (disabled_reason is null)),
  check ((previous_secret is null) = (previous_secret_until is null))
);

-- One for each event and endpoint, made with the event. What is sent is read from the event.
create table webhook_deliveries (
  organization_id uuid not null,
  id uuid not null,
  endpoint_id uuid not null,
  event_id uuid not null,
  event_keep_until timestamptz not null,
  event_type text not null,
  position bigint not null,
  status text not null check (status in ('pending', 'delivered', 'failed', 'discarded')),
  -- Scheduled ones since it was made, or since it was last asked for again.
  attempts integer not null,
  -- When to try next, while it is pending.
  next_attempt_at timestamptz,
  created_at timestamptz not null,
  ended_at timestamptz,
  primary key (organization_id, id),
  check ((status = 'pending') = (next_attempt_at is not null)),
  check ((status = 'pending') = (ended_at is null))
);
create index webhook_deliveries_due on webhook_deliveries (endpoint_id, next_attempt_at, position)
  where status = 'pending';
create index webhook_deliveries_in_order on webhook_deliveries (endpoint_id, organization_id, position)
  where status = 'pending';
create index webhook_deliveries_of_endpoint on webhook_deliveries (endpoint_id, id);
create index webhook_deliveries_lost on webhook_deliveries (endpoint_id, created_at)
  where status in ('failed', 'discarded');
create index webhook_deliveries_ended on webhook_deliveries (ended_at) where ended_at is not null;

-- What became of each attempt; `number` counts all of a delivery's.
create table webhook_attempts (
  organization_id uuid not null,
  delivery_id uuid not null,
  number integer not null,
  attempted_at timestamptz not null,
  latency_ms integer not null,
  -- Of the answer; null: there was none, and `error` says why.
  status_code integer,
  response_headers jsonb,
  response_body text,
  error text,
  primary key (organization_id, delivery_id, number),
  foreign key (organization_id, delivery_id) references webhook_deliveries on delete cascade
);

-- By statement and not by row: one look at the endpoints for whatever a command has told. The id
-- begins as the event's does, so deliveries lie in the order of events.
create function deliver_events() returns trigger language plpgsql as $$
begin
  insert into webhook_deliveries (organization_id, id, endpoint_id, event_id, event_keep_until,
    event_type, position, status, attempts, next_attempt_at, created_at)
  select told.organization_id,
    (substr(told.id::text, 1, 18) || substr(gen_random_uuid()::text, 19))::uuid,
    endpoint.id, told.id, told.keep_until, told.type, told.position, 'pending', 0,
    told.occurred_at, told.occurred_at
  from told join webhook_endpoints endpoint on endpoint.enabled
    and told.type like any (endpoint.type_patterns)
    and (endpoint.organization_ids is null or told.organization_id = any (endpoint.organization_ids))
  -- Is sent to the one endpoint that asked for it.
  where told.type <> 'webhook_endpoint.tested';
  return null;
end
$$;
create trigger events_delivered after insert on events
  referencing new table as told for each statement execute function deliver_events();

-- The chain over an organization's log. A seal covers the events after those of the one before it, and
-- that one; `digests` are those of its events in their order, 32 bytes each, gone once they are.
create table event_seals (
  organization_id uuid not null,
  number bigint not null,
  first_position bigint not null,
  last_position bigint not null,
  event_count integer not null,
  -- Both of this seal's events and of all before them, so that the first one that is left tells when
  -- the log before it ends, and that nothing of it should still be there.
  last_occurred_at timestamptz not null,
  chain_kept_until timestamptz not null,
  -- Of this seal's events alone, all of which have the same.
  keep_until timestamptz not null,
  previous_hash bytea not null,
  digests bytea,
  root bytea not null,
  hash bytea not null,
  sealed_at timestamptz not null,
  key_id text not null,
  signature bytea not null,
  primary key (organization_id, number)
);
create index event_seals_kept on event_seals (keep_until) where digests is not null;
create index event_seals_dropped on event_seals (organization_id, number) where digests is null;

-- How far the log is sealed: one row, which whoever seals holds.
create table event_sealing (
  only_row boolean primary key default true check (only_row),
  position bigint not null
);
insert into event_sealing (position) values (0);
