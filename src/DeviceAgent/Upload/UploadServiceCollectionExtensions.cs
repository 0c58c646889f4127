using DeviceAgent.Settings;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Upload;

internal static class UploadServiceCollectionExtensions
{
    /// <summary>From the spool into the sink.</summary>
    /// <param name="services">Gets the upload.</param>
    /// <param name="options">The section <c>upload</c>.</param>
    /// <param name="sink">Where the readings go, with everything around it that has a say.</param>
    public static IServiceCollection AddUpload(this IServiceCollection services, LiveOptions<UploadOptions> options, Func<IServiceProvider, IReadingSink> sink)
    {
        services.AddSingleton(options);
        services.AddSingleton(sink);
        services.AddSingleton<BatchWriter>();
        services.AddSingleton<UploadState>();
        services.AddSingleton(s => new UploadPace(
            options, s.GetRequiredService<UploadState>(), s.GetRequiredService<TimeProvider>(), s.GetRequiredService<Random>(), s.GetRequiredService<ILogger<Uploader>>()));
        services.AddHostedService<Uploader>();
        return services;
    }
}
