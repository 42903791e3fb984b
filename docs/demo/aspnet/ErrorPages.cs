public static class ErrorPages
{
    // bad: every visitor sees stack traces, headers and cookies
    public static void Show(IApplicationBuilder app) => app.UseDeveloperExceptionPage();

    // good: only developers do
    public static void ShowDevelopers(IApplicationBuilder app, IWebHostEnvironment env)
    {
        if (env.IsDevelopment())
        {
            app.UseDeveloperExceptionPage();
        }
    }
}
