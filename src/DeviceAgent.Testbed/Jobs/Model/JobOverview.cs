namespace DeviceAgent.Testbed.Jobs.Model;

/// <summary>A job for one who watches: how it stands, and the last execution of each thing that it reached.</summary>
internal sealed record JobOverview(Job Job, JobCounts Counts, IReadOnlyList<JobExecution> Executions);
