namespace DeviceAgent.Mqtt.Sessions;

/// <summary>How many unacknowledged messages one connection may have out; who comes later waits, in order.</summary>
internal sealed class SendWindow(int size)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<TaskCompletionSource> _waiting = [];
    private int _free = size;
    private MqttException? _closed;

    /// <exception cref="MqttException">What the window was closed with.</exception>
    public async Task EnterAsync(CancellationToken cancellationToken)
    {
        LinkedListNode<TaskCompletionSource> place;
        lock (_gate)
        {
            if (_closed is not null) throw _closed;
            if (_free > 0)
            {
                _free--;
                return;
            }

            place = _waiting.AddLast(new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        try
        {
            await place.Value.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            GiveUp(place);
            throw;
        }
    }

    public void Leave()
    {
        lock (_gate) Pass();
    }

    /// <summary>Whoever waits, or comes later, fails.</summary>
    public void Close(MqttException reason)
    {
        TaskCompletionSource[] waiting;
        lock (_gate)
        {
            _closed ??= reason;
            waiting = [.. _waiting];
            _waiting.Clear();
        }

        foreach (var one in waiting) one.TrySetException(reason);
    }

    private void GiveUp(LinkedListNode<TaskCompletionSource> place)
    {
        lock (_gate)
        {
            if (place.List is not null) _waiting.Remove(place);
            else if (place.Value.Task.IsCompletedSuccessfully) Pass();
        }
    }

    private void Pass()
    {
        if (_waiting.First is not { } next)
        {
            _free++;
            return;
        }

        _waiting.RemoveFirst();
        next.Value.SetResult();
    }
}
