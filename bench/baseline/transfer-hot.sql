-- One account, the first, is in every transfer; the other one is any of the rest.
\set from 1
\set to random(2, 10000)
begin;
select id, balance from classic.accounts where id in (:from, :to) order by id for update;
update classic.accounts set balance = balance - 1 where id = :from;
update classic.accounts set balance = balance + 1 where id = :to;
insert into classic.transfers (from_id, to_id, amount) values (:from, :to, 1) returning id as transfer \gset
insert into classic.entries (transfer_id, account_id, amount) values (:transfer, :from, -1), (:transfer, :to, 1);
commit;
