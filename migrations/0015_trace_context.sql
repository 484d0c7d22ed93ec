-- What a trace needs to go on in a job or a webhook, written only while somebody is told; and an index
-- by which whoever watches counts jobs that have failed for good.
alter table jobs add column trace_context text;
alter table events add column trace_context text;
create index jobs_failed on jobs (failed_at) where failed_at is not null;
