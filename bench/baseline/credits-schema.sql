-- What transfer-hot.sql and transfer-spread.sql write to: plain double-entry bookkeeping. No foreign
-- keys, no idempotency, no kinds, no members: less than Muster writes and checks for each transfer.
drop schema if exists classic cascade;
create schema classic;

create table classic.accounts (
  id integer primary key,
  balance bigint not null check (balance >= 0)
) with (fillfactor = 70);

create table classic.transfers (
  id bigint generated always as identity primary key,
  from_id integer not null,
  to_id integer not null,
  amount bigint not null,
  created_at timestamptz not null default now()
);

create table classic.entries (
  transfer_id bigint not null,
  account_id integer not null,
  amount bigint not null,
  primary key (transfer_id, account_id)
);

insert into classic.accounts (id, balance) select id, 1000000000 from generate_series(1, 10000) as id;
analyze classic.accounts;
