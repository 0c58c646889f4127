using System.Text;
using System.Text.Json.Nodes;
using DeviceAgent.Testbed.Broker;
using DeviceAgent.Testbed.Registry;
using DeviceAgent.Testbed.Registry.Rest;

namespace DeviceAgent.Testbed.Jobs;

/// <summary><c>$aws/events/job/...</c> and <c>$aws/events/jobExecution/...</c>, for those who watch a fleet.</summary>
internal sealed class JobEvents(IMessageBus bus, TimeProvider time)
{
    public void Tell(JobLedger ledger, JobChanges changes)
    {
        foreach (var (before, after) in changes.Executions)
        {
            if (after is null) Publish(before!, "deleted");
            else if (after.IsTerminal && before?.IsTerminal != true) Publish(after, after.Status.ToLowerInvariant());
        }

        foreach (var (before, after) in changes.Jobs)
        {
            if (after is null)
            {
                Publish(before!, "deletion_in_progress", JobStatus.DeletionInProgress, ledger);
                Publish(before!, "deleted", "DELETED", ledger);
            }
            else if (after.Status != before?.Status && after.Status == JobStatus.Canceled)
            {
                Publish(after, "cancellation_in_progress", "CANCELLATION_IN_PROGRESS", ledger);
                Publish(after, "canceled", after.Status, ledger);
            }
            else if (after.Status != before?.Status && after.Status == JobStatus.Completed)
            {
                Publish(after, "completed", after.Status, ledger);
            }
        }
    }

    private void Publish(JobExecution execution, string operation)
    {
        var payload = Header("JOB_EXECUTION", operation)
            .With("jobId", execution.JobId)
            .With("thingArn", Thing.ArnOf(execution.ThingName))
            .With("status", execution.Status)
            .With("statusDetails", RestJson.Map(execution.StatusDetails));
        Publish($"$aws/events/jobExecution/{execution.JobId}/{operation}", payload);
    }

    private void Publish(Job job, string operation, string status, JobLedger ledger)
    {
        var payload = Header("JOB", operation)
            .With("jobId", job.Id)
            .With("status", status)
            .With("targetSelection", job.Selection)
            .With("targets", RestJson.Texts(job.Targets))
            .With("description", job.Settings.Description)
            .With("completedAt", job.Completed?.ToUnixTimeMilliseconds())
            .With("createdAt", job.Created.ToUnixTimeMilliseconds())
            .With("lastUpdatedAt", job.Updated.ToUnixTimeMilliseconds())
            .With("comment", job.Comment);
        if (operation == "completed") payload["jobProcessDetails"] = JobShapes.Counts(ledger.Counts(job.Id));
        Publish($"$aws/events/job/{job.Id}/{operation}", payload);
    }

    private JsonObject Header(string type, string operation) => new()
    {
        ["eventType"] = type,
        ["eventId"] = Guid.NewGuid().ToString(),
        ["timestamp"] = time.GetUtcNow().ToUnixTimeSeconds(),
        ["operation"] = operation,
    };

    private void Publish(string topic, JsonObject payload) => bus.Publish(topic, Encoding.UTF8.GetBytes(payload.ToJsonString()));
}
