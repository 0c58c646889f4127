using Microsoft.Extensions.Logging;

namespace DeviceAgent.Tests.Control;

/// <summary>One log for all.</summary>
internal sealed class RecordingLoggers : ILoggerFactory
{
    private readonly RecordingLogger<RecordingLoggers> _logger = new();

    public IReadOnlyList<(int Id, LogLevel Level, string Text)> Entries => _logger.Entries;

    public ILogger CreateLogger(string categoryName) => _logger;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public void Dispose()
    {
    }
}
