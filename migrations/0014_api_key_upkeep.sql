-- Keys that are kept well: what a key may do can be changed, its secret rotated while the old one is still
-- good for a while, and one sees whether it is used.

alter table api_keys
  -- After a rotation the secret before is good until then, so that nothing has to be switched at once.
  add column previous_secret_hash bytea check (octet_length(previous_secret_hash) = 32),
  add column previous_secret_ends_at timestamptz,
  -- Requests a minute; null: what the deployment allows.
  add column rate_limit integer check (rate_limit between 1 and 1000000),
  -- Written at most once a minute.
  add column last_used_at timestamptz,
  add column last_used_ip inet,
  add constraint api_keys_previous_secret
    check ((previous_secret_hash is null) = (previous_secret_ends_at is null));

-- Until now every key could act on behalf of members. That is a scope of its own; what is there keeps it.
update api_keys set scopes = scopes || array['members:act-as'] where not '*' = any (scopes);
