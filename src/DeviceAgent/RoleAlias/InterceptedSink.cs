using DeviceAgent.Readings;
using DeviceAgent.Upload;

namespace DeviceAgent.RoleAlias;

/// <summary>The sink as the uploader sees it: by the active credentials, unless a change of the role alias has a say.</summary>
/// <param name="active">The sink by the active credentials.</param>
internal sealed class InterceptedSink(IReadingSink active) : IReadingSink
{
    private IWriteInterceptor? _interceptor;

    /// <summary>Null when no change is in progress. Requests that have begun end under the interceptor that they began under.</summary>
    public IWriteInterceptor? Interceptor
    {
        get => Volatile.Read(ref _interceptor);
        set => Volatile.Write(ref _interceptor, value);
    }

    public RequestLimits RequestLimits => active.RequestLimits;

    public IReadingLimits ReadingLimits => active.ReadingLimits;

    public bool AwaitsWrite => Interceptor is { AwaitsWrite: true };

    public Task<UploadFault?> CheckAsync(CancellationToken cancellationToken) =>
        Interceptor is { } interceptor ? interceptor.CheckAsync(active, cancellationToken) : active.CheckAsync(cancellationToken);

    public Task<WriteResult> WriteAsync(IReadOnlyList<PendingReading> readings, CancellationToken cancellationToken) =>
        Interceptor is { } interceptor ? interceptor.WriteAsync(active, readings, cancellationToken) : active.WriteAsync(readings, cancellationToken);

    public Task<UploadFault?> RefreshAsync(CancellationToken cancellationToken) => active.RefreshAsync(cancellationToken);
}

/// <summary>Stands between the uploader and the sink while a role alias changes.</summary>
internal interface IWriteInterceptor
{
    /// <inheritdoc cref="IReadingSink.AwaitsWrite"/>
    bool AwaitsWrite { get; }

    /// <param name="active">The sink by the active credentials.</param>
    /// <param name="cancellationToken">The uploader stops.</param>
    Task<UploadFault?> CheckAsync(IReadingSink active, CancellationToken cancellationToken);

    /// <param name="active">The sink by the active credentials.</param>
    /// <param name="readings">What is to be written.</param>
    /// <param name="cancellationToken">The uploader stops.</param>
    Task<WriteResult> WriteAsync(IReadingSink active, IReadOnlyList<PendingReading> readings, CancellationToken cancellationToken);
}
