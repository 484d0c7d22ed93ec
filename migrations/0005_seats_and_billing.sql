-- Seats, what became due, and the life of an organization.

alter table organizations rename column seat_limit to seats;

alter table organizations
  -- What the host's billing says: status, the plan's key, and in `billing` the rest
  -- {period, currency, prices, account_owner}. `seats` (how many the plan has, or are paid for) and
  -- `entitlements` belong to it.
  add column billing_status text not null default 'ok' check (billing_status in ('ok', 'past_due')),
  add column plan text,
  add column billing jsonb not null default '{}',
  -- Money credits that the next charges use up, in minor units. Always what the entries add up to.
  add column credit_balance bigint not null default 0 check (credit_balance >= 0),
  -- The number of the last billing entry.
  add column billing_number integer not null default 0,
  add column canceled_at timestamptz,
  -- When a canceled organization is flagged for deletion, and when it is deleted; null: never.
  add column flag_at timestamptz,
  add column delete_at timestamptz,
  add column deleted_at timestamptz;

alter table organizations drop constraint organizations_status_check;
alter table organizations add constraint organizations_status_check check (
  status in ('active', 'canceled', 'flagged_for_deletion', 'deleted'));

-- The sweeps' way to what has become true by time, and to what is to be purged.
create index organizations_to_flag on organizations (flag_at) where status = 'canceled';
create index organizations_to_delete on organizations (delete_at)
  where status in ('canceled', 'flagged_for_deletion');
create index organizations_to_purge on organizations (deleted_at) where status = 'deleted';

-- What became due, in the order in which it did: `number` has no gaps within an organization.
create table billing_entries (
  organization_id uuid not null references organizations,
  id uuid not null,
  number integer not null check (number > 0),
  kind text not null check (kind in (
    'overage', 'member_added', 'resource_added', 'member_removed', 'resource_removed',
    'credit_expired')),
  -- What it is for, once: a retry or a resend cannot charge twice.
  reason text not null,
  subject_type text not null,
  subject_id text not null,
  quantity integer not null check (quantity > 0),
  plan text,
  currency text,
  -- For a whole period, in minor units; null: nobody has said.
  unit_price bigint check (unit_price >= 0),
  period_starts_on date,
  period_ends_on date,
  -- The share of the period: `days` of `days_of`. Null where the period is not known.
  days integer check (days between 0 and days_of),
  days_of integer check (days_of > 0),
  amount bigint check (amount >= 0),
  -- What of a charge the credits have paid.
  credit_applied bigint not null default 0 check (
    credit_applied >= 0 and credit_applied <= coalesce(amount, 0)),
  occurred_at timestamptz not null,
  created_at timestamptz not null,
  policy_version integer not null,
  primary key (organization_id, id),
  unique (organization_id, number),
  unique (organization_id, reason)
);

create index billing_entries_by_subject on billing_entries (organization_id, subject_id, kind);

create table exports (
  organization_id uuid not null references organizations,
  id uuid not null,
  status text not null check (status in ('queued', 'running', 'finished', 'failed', 'expired')),
  requested_by_type text not null,
  requested_by_id text,
  requested_by_name text,
  -- Lines and bytes of the finished file.
  line_count integer,
  byte_count bigint,
  created_at timestamptz not null,
  started_at timestamptz,
  finished_at timestamptz,
  -- From then on it cannot be downloaded.
  expires_at timestamptz,
  primary key (organization_id, id)
);

-- One at a time.
create unique index exports_one_running on exports (organization_id)
  where status in ('queued', 'running');
create index exports_to_expire on exports (expires_at) where status = 'finished';

-- Whole lines of a file, in order.
create table export_chunks (
  organization_id uuid not null,
  export_id uuid not null,
  number integer not null,
  content bytea not null,
  primary key (organization_id, export_id, number),
  foreign key (organization_id, export_id) references exports (organization_id, id)
);

-- All that is left of an organization once it is purged.
create table deleted_organizations (
  organization_id uuid primary key,
  external_id text,
  policy_key text not null,
  deleted_at timestamptz not null,
  deleted_by_type text not null,
  deleted_by_id text,
  -- Null: still being purged.
  purged_at timestamptz
);

-- What a foreign key looks for whenever a row that it points to is deleted, and a sweep by offer.
create index members_by_invitation on members (organization_id, invitation_id)
  where invitation_id is not null;
create index invitations_by_member on invitations (organization_id, member_id);

drop function lock_organization(uuid, uuid, boolean, timestamptz);

-- As before; a deleted organization is not there, and only seats that have a limit are counted.
create function lock_organization(
  organization_id uuid, acting_member_id uuid, count_members boolean, at timestamptz)
returns table (
  organization organizations, policy_version integer, role text, counts json, custom_roles text)
language plpgsql volatile as $$
#variable_conflict use_column
declare
  locked organizations;
begin
  select * into locked from organizations o
    where o.id = lock_organization.organization_id and o.status <> 'deleted'
    for no key update;
  if not found then
    return;
  end if;
  return query
    select locked, p.version,
      (select m.role from members m
        where m.organization_id = locked.id and m.id = acting_member_id
          and member_status_at(m.status, m.offer_expires_at, m.offer_lapses_to, at) = 'active'),
      case when count_members
          and coalesce(p.document #>> '{seats,mode}', 'none') in ('hard_cap', 'prepaid') then (
        select json_object_agg(counted.status, counted.members) from (
          select member_status_at(m.status, m.offer_expires_at, m.offer_lapses_to, at) as status,
            count(*) as members
          from members m where m.organization_id = locked.id and m.status <> 'removed'
          group by 1) counted)
      end,
      custom_roles_of(locked.id)
    from policies p where p.key = locked.policy_key order by p.version desc limit 1;
end
$$;
