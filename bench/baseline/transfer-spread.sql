-- Both accounts are any two of 10,000.
\set from random(1, 10000)
\set to 1 + (:from - 1 + random(1, 9999)) % 10000
begin;
select id, balance from classic.accounts where id in (:from, :to) order by id for update;
update classic.accounts set balance = balance - 1 where id = :from;
update classic.accounts set balance = balance + 1 where id = :to;
insert into classic.transfers (from_id, to_id, amount) values (:from, :to, 1) returning id as transfer \gset
insert into classic.entries (transfer_id, account_id, amount) values (:transfer, :from, -1), (:transfer, :to, 1);
commit;
