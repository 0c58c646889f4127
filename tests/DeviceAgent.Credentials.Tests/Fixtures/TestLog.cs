using Microsoft.Extensions.Logging;

namespace DeviceAgent.Credentials.Tests.Fixtures;

/// <summary>Keeps what is logged, and lets a test wait for it.</summary>
internal sealed class TestLog : ILogger
{
    private readonly Lock _gate = new();
    private readonly List<(int Id, LogLevel Level, string Text)> _entries = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IReadOnlyList<(int Id, LogLevel Level, string Text)> Entries
    {
        get
        {
            lock (_gate) return [.. _entries];
        }
    }

    public int Count(int id) => Entries.Count(e => e.Id == id);

    /// <summary>Completes when <paramref name="count"/> entries have one of the <paramref name="ids"/>.</summary>
    public async Task WaitForAsync(int count, params int[] ids)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (_entries.Count(e => ids.Contains(e.Id)) >= count) return;
                changed = _changed.Task;
            }

            await changed.WaitAsync(TimeSpan.FromSeconds(30));
        }
    }

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            _entries.Add((eventId.Id, logLevel, formatter(state, exception) + exception));
            changed = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        changed.SetResult();
    }
}
