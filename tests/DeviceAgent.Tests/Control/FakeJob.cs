namespace DeviceAgent.Tests.Control;

/// <summary>An execution of a job, as the cloud has it.</summary>
internal sealed record FakeJob(string Id, string Document)
{
    public string Status { get; set; } = "QUEUED";

    public long Version { get; set; } = 1;

    public Dictionary<string, string> Details { get; set; } = [];

    /// <summary>Every update that was taken: status and step.</summary>
    public List<string> Told { get; } = [];

    public bool IsOver => Status is not ("QUEUED" or "IN_PROGRESS");
}
