-- Lists of members that are as fast at a million as at ten thousand: an index for each order and for
-- each filter, and one for fragments of names and addresses.

create extension if not exists pg_trgm;
create extension if not exists btree_gin;

-- A text as people look for it: lower case, without accents and other marks, and letters that have no
-- marks to lose as they are written without them.
create function fold_text(value text) returns text language sql immutable parallel safe
return case when octet_length(value) = char_length(value) then lower(value) else
  replace(replace(replace(replace(
    translate(
      lower(regexp_replace(normalize(value, nfkd),
        '[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]', '', 'g')),
      'ØøŁłĐđĦħŦŧÐðıẞÆŒÞ', 'oollddhhttddißæœþ'),
    'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th')
end;

-- What of `search_text` is looked for: three letters or more anywhere, fewer where a word of the name or the
-- address begins. Null finds nobody: nothing is left of the text.
create function member_search_pattern(q text) returns text language sql immutable parallel safe
return (
  select case when folded = '' then null
    else case when char_length(folded) >= 3 then '%' else '% ' end
      || regexp_replace(folded, '([\\%_])', '\\\1', 'g') || '%' end
  from (select btrim(fold_text(q))) as asked(folded));

-- Neither is in the code's table of members: only the lists read them.
alter table members
  -- Words begin behind a space; no fragment reaches from the name into the address.
  add column search_text text not null generated always as (
    ' ' || coalesce(fold_text(name), '') || E'\n ' || fold_text(email)) stored,
  -- What the list is sorted by; cut, as an index takes no more.
  add column name_key text collate "C" generated always as (left(fold_text(name), 64)) stored;

-- Whoever searches reads what waits to be written into it from end to end, so that little waits.
create index members_by_text on members using gin (organization_id, search_text gin_trgm_ops)
  with (gin_pending_list_limit = 512) where status <> 'removed';

-- Also of the removed, who are listed only by it.
create index members_in_status on members (organization_id, status, id);
create index members_in_order on members (organization_id, id) where status <> 'removed';
create index members_by_name on members (organization_id, name_key, id) where status <> 'removed';
create index members_by_activity on members (organization_id, last_active_at, id)
  where status <> 'removed';

-- As before in the order of the list.
drop index members_by_role;
create index members_by_role on members (organization_id, role, id) where status <> 'removed';
