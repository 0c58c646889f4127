using DeviceAgent.Timing;

namespace DeviceAgent.Settings;

/// <summary>Options that may change while the agent runs. A reader takes the present ones by one reference read, and they agree with each other.</summary>
/// <param name="value">Those at the start.</param>
internal sealed class LiveOptions<T>(T value) where T : class
{
    private T _value = value;
    private readonly WakeSignal _changed = new();

    public T Value => Volatile.Read(ref _value);

    /// <summary>Completes at the next change. Take it before <see cref="Value"/>, so that no change goes unseen between the two.</summary>
    public Task NextChange => _changed.Next;

    /// <summary>Changes nothing when they are equal to the present ones.</summary>
    public void Set(T value)
    {
        if (Value.Equals(value)) return;
        Volatile.Write(ref _value, value);
        _changed.Set();
    }

    /// <summary>Options that nobody changes.</summary>
    public static implicit operator LiveOptions<T>(T value) => new(value);
}
