-- Credits: transfers between accounts, which nobody changes, and beside them what they add up to.
-- `apply_credit_transfers` (the next migration) is the only writer of both.
-- An account is a kind and a holder. The holder is a member, or the organization itself, which is the
-- nil uuid. Kinds: `issued` (where credits come from, of the organization alone), `pool` (what the
-- organization can hand out or spend), `member` (what a member can spend), `held` and `spent` (of
-- whoever pays). What all accounts but `issued` hold is what was issued.

alter table invitations add column credits bigint check (credits between 1 and 9007199254740991);

create table credit_accounts (
  organization_id uuid not null references organizations,
  holder_id uuid not null,
  member_id uuid generated always as (
    nullif(holder_id, '00000000-0000-0000-0000-000000000000')) stored,
  issued bigint not null default 0 check (
    issued between 0 and 9007199254740991 and (issued = 0 or member_id is null)),
  -- Of the account `pool` or `member`.
  balance bigint not null default 0 check (balance >= 0),
  held bigint not null default 0 check (held >= 0),
  spent bigint not null default 0 check (spent >= 0),
  -- What this holder has used, whoever paid: of a shared pool, also what the pool paid.
  used bigint not null default 0 check (used >= 0),
  requests bigint not null default 0,
  last_used_at timestamptz,
  -- The first day of the month for which the quota was last filled up.
  refilled_for date,
  primary key (organization_id, holder_id),
  -- Deferred: a member that is invited with credits is written when everything else is.
  foreign key (organization_id, member_id) references members deferrable initially deferred
) with (fillfactor = 70);

create table credit_transfers (
  organization_id uuid not null,
  id uuid not null,
  kind text not null check (kind in (
    'top_up', 'allocate', 'reclaim', 'move', 'spend', 'refund', 'hold', 'capture', 'release',
    'expire')),
  amount bigint not null check (amount between 1 and 9007199254740991),
  from_account text not null check (from_account in ('issued', 'pool', 'member', 'held', 'spent')),
  from_id uuid not null,
  to_account text not null check (to_account in ('issued', 'pool', 'member', 'held', 'spent')),
  to_id uuid not null,
  -- Whoever gets, where it is another: what is spent or held stays with its holder, which is looked
  -- for once.
  other_id uuid generated always as (nullif(to_id, from_id)) stored,
  -- Who spends, even what the pool pays; who gets, or gives back. Of a move, who gets.
  member_id uuid,
  -- What it refers to: the spend that is refunded, the hold that ends, the top-up that expires.
  of_id uuid,
  ends_hold boolean not null default false,
  -- What whoever pays has left in its pool or member account; where nobody pays, whoever gets.
  balance bigint not null,
  idempotency_key text,
  reference text,
  reason text,
  metadata jsonb not null default '{}',
  -- Of top-ups: which are used first, lower ones; until when. Of holds: until when.
  priority smallint,
  expires_at timestamptz,
  actor_type text not null,
  actor_id text,
  request_id text,
  created_at timestamptz not null,
  primary key (organization_id, id),
  foreign key (organization_id, from_id) references credit_accounts (organization_id, holder_id),
  foreign key (organization_id, other_id) references credit_accounts (organization_id, holder_id)
);

create unique index credit_transfers_once on credit_transfers (organization_id, idempotency_key)
  where idempotency_key is not null;
-- A hold ends once: a late capture and the sweep cannot both.
create unique index credit_transfers_end on credit_transfers (organization_id, of_id)
  where ends_hold;
create index credit_transfers_of on credit_transfers (organization_id, of_id)
  where of_id is not null;
create index credit_transfers_by_reference on credit_transfers (organization_id, reference, id)
  where reference is not null;
create index credit_transfers_by_member on credit_transfers (organization_id, member_id, id)
  where member_id is not null;
create index credit_transfers_moved_from on credit_transfers (organization_id, from_id, id)
  where kind = 'move';
create index credit_transfers_used on credit_transfers (organization_id, created_at)
  where kind in ('spend', 'capture', 'refund');

-- Holds that have not ended: what the accounts `held` are made of.
create table credit_holds (
  organization_id uuid not null,
  id uuid not null,
  -- Who pays, and who spends.
  holder_id uuid not null,
  member_id uuid,
  amount bigint not null check (amount > 0),
  expires_at timestamptz not null,
  primary key (organization_id, id),
  foreign key (organization_id, holder_id) references credit_accounts (organization_id, holder_id)
);
create index credit_holds_due on credit_holds (expires_at);

-- What is left of top-ups that expire, or have a priority of their own, and with whom. Credits of all
-- others are alike: what a balance has beside these.
create table credit_lots (
  organization_id uuid not null,
  holder_id uuid not null,
  top_up_id uuid not null,
  remaining bigint not null check (remaining > 0),
  priority smallint not null,
  expires_at timestamptz,
  primary key (organization_id, holder_id, top_up_id),
  foreign key (organization_id, holder_id) references credit_accounts (organization_id, holder_id)
);
create index credit_lots_due on credit_lots (expires_at) where expires_at is not null;

-- Which of those a transfer took, so that what comes back comes back as what it was.
create table credit_transfer_lots (
  organization_id uuid not null,
  transfer_id uuid not null,
  top_up_id uuid not null,
  amount bigint not null check (amount > 0),
  primary key (organization_id, transfer_id, top_up_id),
  -- Deferred: a batch writes its transfers last.
  foreign key (organization_id, transfer_id) references credit_transfers deferrable initially deferred
);

-- How a team uses its credits, of what its policy offers.
create table credit_settings (
  organization_id uuid primary key references organizations,
  -- Null: the first that the policy offers.
  mode text check (mode in ('allocated', 'monthly_quota', 'shared_pool', 'on_demand')),
  -- The month for which it was told that the pool cannot fill the quotas.
  short_for date,
  updated_at timestamptz not null
);

create index credit_settings_monthly on credit_settings (organization_id)
  where mode = 'monthly_quota';

-- What a member has to spend each month: a member's own, else its role's, else everybody's.
create table credit_quotas (
  organization_id uuid not null references organizations,
  scope text not null check (scope in ('everybody', 'role', 'member')),
  -- The role, or the member's uuid; empty for everybody.
  key text not null,
  amount bigint not null check (amount between 0 and 9007199254740991),
  primary key (organization_id, scope, key)
);

create table credit_requests (
  organization_id uuid not null references organizations,
  id uuid not null,
  member_id uuid not null,
  amount bigint not null check (amount between 1 and 9007199254740991),
  reason text,
  metadata jsonb not null default '{}',
  status text not null check (status in ('pending', 'approved', 'denied', 'canceled')),
  -- What was given, and by which transfer.
  approved_amount bigint check (approved_amount >= 1),
  transfer_id uuid,
  note text,
  decided_by_type text,
  decided_by_id text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  decided_at timestamptz,
  primary key (organization_id, id),
  foreign key (organization_id, member_id) references members,
  check ((status = 'approved') = (transfer_id is not null))
);
create index credit_requests_by_member on credit_requests (organization_id, member_id, status);
create index credit_requests_by_status on credit_requests (organization_id, status, id);

-- History is not corrected: only what is wrong with it is offset by another transfer. Of a deleted
-- organization it goes with the rest.
create function refuse_credit_history_change() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' and not exists (
    select from organizations o where o.id = old.organization_id and o.status <> 'deleted') then
    return old;
  end if;
  raise exception 'credit transfers are never changed';
end
$$;
create trigger credit_transfers_unchanged before update or delete on credit_transfers
  for each row execute function refuse_credit_history_change();
create trigger credit_transfer_lots_unchanged before update or delete on credit_transfer_lots
  for each row execute function refuse_credit_history_change();
