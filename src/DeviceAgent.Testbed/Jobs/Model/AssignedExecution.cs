namespace DeviceAgent.Testbed.Jobs.Model;

/// <summary>An execution with the job that it carries out.</summary>
internal sealed record AssignedExecution(JobExecution Execution, Job Job);
