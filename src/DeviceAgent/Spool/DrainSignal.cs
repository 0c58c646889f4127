namespace DeviceAgent.Spool;

/// <summary>Says that no more readings will come: what is in the spool is to be sent without waiting for fuller batches.</summary>
internal sealed class DrainSignal
{
    private readonly TaskCompletionSource _requested = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Requested => _requested.Task;

    public void Request() => _requested.TrySetResult();
}
